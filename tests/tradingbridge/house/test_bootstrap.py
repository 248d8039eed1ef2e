import hashlib
import sys
from pathlib import Path

import pytest

from tradingbridge import bootstrap


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / ".venv" / "install.log")
    return tmp_path


@pytest.fixture
def index(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index in a folder, with a file that calls itself pip."""
    folder = home / "simple" / "pip"
    folder.mkdir(parents=True)
    (folder / bootstrap.PIP_WHEEL).write_bytes(b"a wheel")
    page = f'<a href="{bootstrap.PIP_WHEEL}#sha256=0">pip</a>'
    (folder / "index.html").write_text(page, encoding="utf-8")
    monkeypatch.setattr(bootstrap, "indexes", lambda: [f"file://{home}/simple"])
    real = bootstrap.read
    monkeypatch.setattr(
        bootstrap,
        "read",
        lambda address, context: real(
            address + "index.html" if address.endswith("/") else address, context
        ),
    )
    return folder


def installed(home: Path, requirements: Path) -> None:
    python = home / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    stamp = home / ".venv" / f".installed-{requirements.stem}"
    stamp.write_text(bootstrap.fingerprint(requirements), encoding="utf-8")


@pytest.fixture
def requirements(home: Path) -> Path:
    file = home / "requirements-dev.txt"
    file.write_text("-r requirements.txt\n", encoding="utf-8")
    (home / "requirements.txt").write_text("Django==5.2.19\n", encoding="utf-8")
    return file


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "make_venv", lambda: ran.append("venv"))
    monkeypatch.setattr(bootstrap, "run", lambda *words: ran.append(" ".join(words[1:4])))
    return ran


def test_nothing_is_installed_again_while_the_pins_are_the_same(
    home: Path, requirements: Path, commands: list[str]
) -> None:
    installed(home, requirements)
    bootstrap.install(requirements)
    assert commands == []


def test_a_new_pin_in_an_included_file_installs_again(
    home: Path, requirements: Path, commands: list[str]
) -> None:
    installed(home, requirements)
    (home / "requirements.txt").write_text("Django==5.2.20\n", encoding="utf-8")
    bootstrap.install(requirements)
    assert commands == ["venv", "-m pip install"]


def test_a_failed_installation_is_tried_again(
    home: Path, requirements: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: str) -> None:
        raise bootstrap.InstallFailed("failed", log="log", tail="tail")

    with monkeypatch.context() as patched:
        patched.setattr(bootstrap, "run", fail)
        with pytest.raises(bootstrap.InstallFailed):
            bootstrap.install(requirements)
    bootstrap.install(requirements)
    assert commands[-1] == "-m pip install"


def test_another_python_is_refused_by_name(
    requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    with pytest.raises(bootstrap.InstallFailed, match="python"):
        bootstrap.install(requirements)


def test_a_wheel_with_the_pinned_hash_is_taken(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "PIP_SHA256", hashlib.sha256(b"a wheel").hexdigest())
    assert bootstrap.fetch_pip() == b"a wheel"


def test_a_wheel_with_another_hash_is_never_run(index: Path) -> None:
    with pytest.raises(bootstrap.InstallFailed) as refused:
        bootstrap.fetch_pip()
    assert "checksum" in str(refused.value.values["why"])


def test_an_index_without_the_wheel_is_said(index: Path) -> None:
    (index / "index.html").write_text("<a href='other.whl'>other</a>", encoding="utf-8")
    with pytest.raises(bootstrap.InstallFailed) as refused:
        bootstrap.fetch_pip()
    assert bootstrap.PIP_WHEEL in str(refused.value.values["why"])


def test_pips_own_settings_name_the_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text("[global]\nindex-url = https://pypi.example/simple\n", encoding="utf-8")
    assert bootstrap.indexes()[0] == "https://pypi.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert bootstrap.indexes()[0] == "https://other.example/simple"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_text_is_there_in_both_languages(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE_CODE", language)
    assert ("설치합니다" in bootstrap.say("installing")) == (language == "ko")
