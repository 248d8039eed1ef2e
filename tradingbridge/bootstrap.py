"""Makes .venv and installs what is pinned, on a machine that has Python 3.11 and nothing else.

Standard library only. Run it isolated, so that no module beside it is taken for a standard one:
    python3 -I tradingbridge/bootstrap.py [requirements-dev.txt]
"""

import configparser
import fcntl
import hashlib
import html
import http.client
import importlib.util
import os
import platform
import re
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"

PIP_WHEEL = "pip-26.2.1-py3-none-any.whl"
PIP_SHA256 = "71138adf1f4ca900cdb7d289c21b7494329f2332b6d85f0e1c42108c0384ed3e"

_NOT_FOR_A_VENV = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH"}
_TEXTS = {
    "installing": (
        "Python 패키지를 .venv에 설치합니다 (처음 한 번, 1분쯤 걸립니다).",
        "Installing Python packages into .venv (once; takes about a minute).",
    ),
    "python": (
        "Python 3.11이 필요합니다. 지금은 {found}입니다: PYTHON=/path/to/python3.11 make run",
        "Python 3.11 is needed, this is {found}: PYTHON=/path/to/python3.11 make run",
    ),
    "no_pip": (
        "pip을 가져올 수 없습니다: {why}\n네트워크를 확인하거나 python3-venv를 설치하세요.",
        "pip could not be fetched: {why}\nCheck the network, or apt install python3-venv.",
    ),
    "failed": (
        "설치하지 못했습니다. 전체 기록: {log}\n{tail}",
        "The installation failed. All of it is in {log}\n{tail}",
    ),
    "folder": (
        "{folder} 폴더에 쓸 수 없습니다: {why}",
        "{folder} cannot be written: {why}",
    ),
}


class InstallFailed(Exception):
    """Names one of the texts above."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


def main() -> int:
    requirements = HOME / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
    os.umask(0o022)  # PostgreSQL's own user must be able to read its programs
    try:
        install(requirements)
    except InstallFailed as failure:
        sys.stderr.write(say(failure.text, **failure.values) + "\n")
        return 1
    except OSError as error:
        sys.stderr.write(say("folder", folder=VENV, why=error) + "\n")
        return 1
    return 0


def say(text: str, **values: object) -> str:
    korean, english = _TEXTS[text]
    in_english = os.environ.get("LANGUAGE_CODE", "ko").lower().startswith("en")
    return (english if in_english else korean).format(**values)


def install(requirements: Path) -> None:
    """Nothing at all when these very requirements were installed by this very Python."""
    if sys.version_info[:2] != (3, 11):
        raise InstallFailed("python", found=platform.python_version())
    wanted = fingerprint(requirements)
    stamp = VENV / f".installed-{requirements.stem}"
    if is_installed(stamp, wanted):
        return
    VENV.mkdir(exist_ok=True)
    turn = os.open(VENV, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    try:
        if not is_installed(stamp, wanted):
            sys.stderr.write(say("installing") + "\n")
            make_venv()
            run(str(PYTHON), "-m", "pip", "install", "--no-input", "-r", str(requirements))
            stamp.write_text(wanted, encoding="utf-8")
    finally:
        os.close(turn)


def is_installed(stamp: Path, wanted: str) -> bool:
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def fingerprint(requirements: Path) -> str:
    """Of the file and of those it includes, of the Python below, and of where the folder is."""
    text = requirements.read_text(encoding="utf-8")
    included = re.findall(r"^-r\s+(\S+)", text, flags=re.MULTILINE)
    whole = "\n".join(
        [
            sys.version,
            str(VENV),
            text,
            *(fingerprint(requirements.parent / name) for name in included),
        ]
    )
    return hashlib.sha256(whole.encode()).hexdigest()


def make_venv() -> None:
    """Debian keeps ensurepip in a package of its own; without it pip comes as a wheel."""
    if PYTHON.exists() and run_quietly(str(PYTHON), "-m", "pip", "--version"):
        return
    venv.EnvBuilder(symlinks=True).create(VENV)
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    if has_ensurepip and run_quietly(str(PYTHON), "-m", "ensurepip"):
        return
    wheel = VENV / PIP_WHEEL
    wheel.write_bytes(fetch_pip())
    run(str(PYTHON), f"{wheel}/pip", "install", "--no-index", "--no-deps", str(wheel))
    wheel.unlink()


def fetch_pip() -> bytes:
    failures = []
    for index in indexes():
        try:
            wheel = download(link_on(index.rstrip("/") + "/pip/"))
        except (OSError, ValueError, http.client.HTTPException) as error:
            failures.append(str(error))
            continue
        if hashlib.sha256(wheel).hexdigest() == PIP_SHA256:
            return wheel
        failures.append("the file has another checksum")
    raise InstallFailed("no_pip", why="; ".join(failures))


def link_on(page: str) -> str:
    links = re.findall(r'href="([^"]+)"', download(page).decode("utf-8", "replace"))
    for link in links:
        address = urllib.parse.urljoin(page, html.unescape(link))
        if urllib.parse.urlsplit(address).path.endswith(f"/{PIP_WHEEL}"):
            return address.split("#")[0]
    raise ValueError(f"no {PIP_WHEEL} there")


def download(address: str) -> bytes:
    """A machine without ca-certificates can check nobody: there the pinned hash alone decides.

    It is enough, whoever answers: a wheel with another hash is never run.
    """
    try:
        return read(address, ssl.create_default_context(cafile=certificates()))
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return read(address, unchecked)


def read(address: str, context: ssl.SSLContext) -> bytes:
    if not address.startswith(("https://", "http://", "file://")):
        raise ValueError("an index must be https, http or file")
    with urllib.request.urlopen(address, timeout=60, context=context) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def indexes() -> list[str]:
    """pip's own settings say where packages come from."""
    main_index = pip_setting("index-url") or "https://pypi.org/simple"
    return [main_index, *(pip_setting("extra-index-url") or "").split()]


def certificates() -> str | None:
    named = pip_setting("cert")
    return named if named and Path(named).exists() else None


def pip_setting(name: str) -> str | None:
    if value := os.environ.get("PIP_" + name.upper().replace("-", "_")):
        return value
    settings = configparser.RawConfigParser(strict=False)
    user = Path(os.environ.get("HOME", "/"))
    folders = [Path("/etc"), user / ".pip", user / ".config" / "pip"]
    named = os.environ.get("PIP_CONFIG_FILE")
    settings.read([*(folder / "pip.conf" for folder in folders), *([named] if named else [])])
    return settings.get("global", name, fallback=None)


def run(*command: str) -> None:
    """What pip says goes to a file; only a failure shows the end of it."""
    with LOG.open("ab") as log:
        done = subprocess.run(
            command, check=False, stdout=log, stderr=log, env=environment(), cwd=HOME
        )
    if done.returncode != 0:
        lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()
        raise InstallFailed("failed", log=LOG, tail="\n".join(lines[-12:]))


def run_quietly(*command: str) -> bool:
    done = subprocess.run(command, check=False, capture_output=True, env=environment(), cwd=HOME)
    return done.returncode == 0


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_A_VENV}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


if __name__ == "__main__":
    sys.exit(main())
