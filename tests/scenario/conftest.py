"""One bridge for all stories, and its two families."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.scenario.bridge import Bridge
from tests.scenario.scenes import SCENES, Scene
from tests.tradingbridge.house.launched import Launched


@contextmanager
def new_home() -> Iterator[Path]:
    """Short enough for a socket, and gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tb-")).resolve()
    folder.chmod(0o711)  # for root, whose PostgreSQL runs as another user
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def bridge() -> Iterator[Bridge]:
    """Started as a newcomer starts it, with nothing set but the language of the bars."""
    with new_home() as folder:
        launched = Launched(folder, LANGUAGE_CODE="ko")
        try:
            started = Bridge(launched=launched).until_ready()
            yield started
            assert started.spoken_secrets() == []
        finally:
            launched.kill_everything()


@pytest.fixture(autouse=True)
def _nobody_goes_on_listening(bridge: Bridge) -> Iterator[None]:
    yield
    bridge.stop_listening()


@pytest.fixture(params=SCENES, ids=lambda scene: scene.name)
def scene(request: pytest.FixtureRequest) -> Scene:
    chosen: Scene = request.param
    return chosen
