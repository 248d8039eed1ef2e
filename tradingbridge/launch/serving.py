"""uvicorn, set up the one way the bridge is served."""

import multiprocessing
import os
import signal
import socket
import threading

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from tradingbridge.launch.options import Options
from tradingbridge.launch.protocol import BoundedRequests
from tradingbridge.launch.stopping import StopRequest

_GRACE = 3
_CONNECTIONS = 1000
APPLICATION = "tradingbridge.asgi:application"


def serve(options: Options, listener: socket.socket, stop: StopRequest) -> None:
    """Returns when everything that serves has stopped."""
    config = _config(options)
    if options.workers == 1:
        server = uvicorn.Server(config)
        server.handle_exit = stop.note  # type: ignore[method-assign]  # no second Ctrl-C cuts in
        stop.pass_on_to(server)
        stop.obey()
        server.run(sockets=[listener])
        return
    listener.set_inheritable(True)
    workers = _Workers(config, sockets=[listener])
    stop.obey()
    workers.run()
    if any(process.exitcode == STARTUP_FAILURE for process in workers.processes):
        raise SystemExit(STARTUP_FAILURE)


def _config(options: Options) -> uvicorn.Config:
    return uvicorn.Config(
        APPLICATION if options.workers == 1 else "tradingbridge.launch.serving:worker",
        factory=options.workers > 1,
        loop="uvloop",
        http=BoundedRequests,
        ws="websockets-sansio",
        lifespan="on",
        workers=options.workers,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=options.trusted_proxies or None,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_CONNECTIONS,
    )


class _Workers(Multiprocess):
    def handle_hup(self) -> None:
        """The terminal is gone: stop like everything else, instead of restarting."""
        self.should_exit.set()


def worker() -> object:
    """The application in a worker process, which must not outlive a launcher that was killed."""
    # Ctrl-C reaches the launcher too, which tells its workers; a second one would cut them off.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    launcher = multiprocessing.parent_process()
    if launcher is not None:
        threading.Thread(target=_follow, args=(launcher,), daemon=True).start()
    from tradingbridge.asgi import application

    return application


def _follow(launcher: "multiprocessing.process.BaseProcess") -> None:
    launcher.join()
    os.kill(os.getpid(), signal.SIGTERM)
