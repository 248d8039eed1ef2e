"""The house rules, held by tests so that nobody has to remember them."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("exchanges", "orders", "strategies", "webhooks", "tradingbridge")
ROOMS = (*PRODUCT, "tests", "benchmarks")
TOOLS = Path(sys.executable).parent

FILE_LIMIT = 400
FUNCTION_LIMIT = 50
COMPLEXITY_LIMIT = 10

FLOATS_THAT_ARE_NO_MONEY = {
    "orders/rest/closing.py": "seconds to wait",
}


def sources(rooms: tuple[str, ...] = ROOMS) -> Iterator[Path]:
    yield ROOT / "manage.py"
    for room in rooms:
        for file in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def makes_floats(file: Path) -> bool:
    """A call of float, a reference to it as a parser, or a column of binary floats."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _is_named(node.func, "float"):
            return True
        if isinstance(node, ast.keyword) and _is_named(node.value, "float"):
            return True
        if _is_named(node, "FloatField"):
            return True
    return False


def _is_named(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name
    return isinstance(node, ast.Attribute) and node.attr == name


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_file_is_short() -> None:
    long = {
        name_of(file): lines
        for file in sources()
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) >= FILE_LIMIT
    }
    assert long == {}


def test_every_function_is_short() -> None:
    long = {
        f"{name_of(file)}:{function.name}": length(function)
        for file in sources()
        for function in functions(file)
        if length(function) >= FUNCTION_LIMIT
    }
    assert long == {}


def test_no_function_is_tangled() -> None:
    limit = f"lint.mccabe.max-complexity={COMPLEXITY_LIMIT - 1}"
    checked = run(str(TOOLS / "ruff"), "check", "--select", "C901", "--config", limit, *ROOMS)
    assert checked.returncode == 0, checked.stdout


def test_money_is_never_a_binary_float() -> None:
    found = {name_of(file) for file in sources(PRODUCT) if makes_floats(file)}
    assert found - set(FLOATS_THAT_ARE_NO_MONEY) == set()


def test_no_exception_for_floats_outlives_its_reason() -> None:
    found = {name_of(file) for file in sources(PRODUCT) if makes_floats(file)}
    assert set(FLOATS_THAT_ARE_NO_MONEY) - found == set()


def test_the_rooms_know_only_whom_they_may_know() -> None:
    checked = run(str(TOOLS / "lint-imports"), "--no-cache")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_package_is_pinned() -> None:
    loose = [
        line
        for file in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-r ")) and "==" not in line
    ]
    assert loose == []
