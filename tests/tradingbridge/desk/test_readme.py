"""The README promises what is there."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

HOME = Path(settings.BASE_DIR)
README = (HOME / "README.md").read_text()

_READ_BY_THE_CODE = {
    "tradingbridge/settings.py": (r'env\.\w+\(\s*"(\w+)"', r'secrets\.read\("(\w+)"'),
    "tradingbridge/launch/options.py": (r'environ\.get\("(\w+)"', r'_number\(environ, "(\w+)"'),
    "tradingbridge/embedded.py": (r'environ\.get\("(DATABASE_URL)"',),
    "Makefile": (r"^(\w+) \?=",),
}


def test_its_table_has_every_variable_that_is_read_and_no_other() -> None:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", README, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    read = {
        name
        for file, patterns in _READ_BY_THE_CODE.items()
        for pattern in patterns
        for name in re.findall(pattern, (HOME / file).read_text(), re.MULTILINE)
    }
    secrets = {f"{name}_FILE" for name in ("SECRET_KEY", "CREDENTIALS_KEY")}
    assert told == read | secrets


def test_every_command_that_it_names_is_there() -> None:
    named = set(re.findall(r"manage\.py (\w+)", README))
    assert named <= set(get_commands())


def test_every_file_that_it_links_is_there() -> None:
    for page in (HOME / "README.md", HOME / "docs" / "architecture.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), link


def test_every_make_target_that_it_names_is_there() -> None:
    makefile = (HOME / "Makefile").read_text()
    for target in set(re.findall(r"^(?:\w+=\S+ )*make (\w+)", README, re.MULTILINE)):
        assert f"\n{target}:" in makefile, target
