"""Folders that an embedded server can live in, and bridges that are gone after their test."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.tradingbridge.house.launched import Launched
from tradingbridge.embedded import Server


@contextmanager
def short_folder() -> Iterator[Path]:
    """Open to pass through: for root, PostgreSQL runs as another user."""
    with tempfile.TemporaryDirectory(prefix="tb-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def var_dir() -> Iterator[Path]:
    """Short enough for a socket, unlike pytest's own folders on some machines."""
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def made_desk() -> Iterator[Path]:
    """A folder in which a bridge ran once and was stopped."""
    with short_folder() as folder:
        bridge = Launched(folder)
        bridge.until_ready()
        bridge.stop()
        yield bridge.var_dir
        bridge.kill_everything()


@pytest.fixture
def desk(made_desk: Path, var_dir: Path) -> Path:
    """A copy of it, so that a test need not wait for a first start."""
    subprocess.run(["cp", "-a", f"{made_desk}/.", str(var_dir)], check=True)
    return var_dir


@pytest.fixture
def server(var_dir: Path) -> Iterator[Server]:
    server = Server(var_dir / "pgdata", durable=False)
    yield server
    server.stop()


@pytest.fixture
def launch() -> Iterator[Callable[..., Launched]]:
    """Starts bridges; whatever a test leaves running is killed after it."""
    with ExitStack() as stack:

        def start(var_dir: Path, **environment: str) -> Launched:
            launched = Launched(var_dir, **environment)
            stack.callback(launched.kill_everything)
            return launched

        yield start
