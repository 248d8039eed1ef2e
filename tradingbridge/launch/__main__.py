"""`make run`: everything a newcomer needs, in one process that leaves nothing behind."""

import io
import os
import socket
import sys
import threading
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from tradingbridge import embedded, premises
from tradingbridge.database_url import BadDatabaseUrl, django_database
from tradingbridge.launch import address
from tradingbridge.launch.database import EmbeddedDatabase
from tradingbridge.launch.lock import only_one
from tradingbridge.launch.options import Options, language
from tradingbridge.launch.stopping import Stopped, StopRequest
from tradingbridge.launch.texts import CannotStart, Text

_HOME = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    stop = StopRequest()
    try:
        _run(Options.read(os.environ, home=_HOME), stop)
    except CannotStart as refusal:
        _say(refusal.say(language(os.environ)), to_errors=True)
        return 1
    except Stopped:
        return 0
    return 0


def _run(options: Options, stop: StopRequest) -> None:
    with ExitStack() as stack:
        claim = stack.enter_context(only_one(options.var_dir))
        listener = stack.enter_context(address.bound(options))
        url = options.url(listener.getsockname()[1])
        claim.announce(url)
        os.environ.update(VAR_DIR=str(options.var_dir), PORT=str(listener.getsockname()[1]))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradingbridge.settings")
        database = _database(options, stack)
        greeting = _prepare(options, url, database, stop)
        threading.Thread(target=_greet, args=(listener, greeting), daemon=True).start()
        _serve(options, listener, stop)


def _database(options: Options, stack: ExitStack) -> EmbeddedDatabase | None:
    if not embedded.is_wanted():
        _look_at(os.environ["DATABASE_URL"])
        return None
    pgdata = options.var_dir / "pgdata"
    folder = premises.data_folder(pgdata)
    if not folder.exists():
        _say(Text.FIRST_START.say(options.language, var_dir=folder.parent))
    if folder.parent != options.var_dir and not pgdata.is_symlink():
        said = Text.DATABASE_ELSEWHERE
        _say(said.say(options.language, var_dir=options.var_dir, folder=folder.parent))
    database = EmbeddedDatabase(pgdata)
    stack.callback(_close, database, options)
    return database


def _look_at(database_url: str) -> None:
    """Here already, where what is wrong with it is said in one sentence."""
    try:
        django_database(database_url)
    except BadDatabaseUrl as error:
        raise CannotStart(Text.BAD_DATABASE_URL) from error


def _close(database: EmbeddedDatabase, options: Options) -> None:
    is_down = database.close()
    _say((Text.STOPPED if is_down else Text.DATABASE_STAYS).say(options.language))


def _prepare(
    options: Options, url: str, database: EmbeddedDatabase | None, stop: StopRequest
) -> str:
    """Django's imports run while PostgreSQL starts; both must be there for the migrations."""
    try:
        _import(options)
    except OSError as error:
        raise CannotStart(
            Text.FOLDER_UNUSABLE, folder=options.var_dir, error=error.strerror or error
        ) from error
    from django.db import connections

    from tradingbridge import demo
    from tradingbridge.launch import banner, schema

    if database is not None:
        database.wait()
    stop.obey()
    schema.bring_up_to_date(lambda count: _say(Text.MIGRATING.say(options.language, count=count)))
    stop.obey()
    file = options.var_dir / "demo.json"
    made = demo.make_once(file, url=url)
    shown = demo.what_still_works(made) if made else None
    connections.close_all()
    return banner.compose(
        url=url,
        language=options.language,
        demo=shown,
        demo_file=file,
        to_a_person=sys.stdout.isatty(),
    )


def _import(options: Options) -> None:
    """The whole application where this process is the one that serves it."""
    (options.var_dir / "static").mkdir(exist_ok=True)
    if options.workers == 1:
        import_module("tradingbridge.asgi")
    else:
        import_module("django").setup()


def _serve(options: Options, listener: socket.socket, stop: StopRequest) -> None:
    from tradingbridge.launch import serving

    try:
        serving.serve(options, listener, stop)
    except OSError as error:
        raise address.refusal(options, error) from error
    except SystemExit as error:
        raise CannotStart(Text.SERVER_FAILED) from error


def _greet(listener: socket.socket, greeting: str) -> None:
    """Only when a pasted command would work."""
    if address.wait_until_open(listener):
        _say(greeting)


def _say(text: str, *, to_errors: bool = False) -> None:
    stream = sys.stderr if to_errors else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal without Korean is no reason to fail
    stream.write(f"{text}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
