"""Korean texts: all there, and compiled, since a fresh machine has no gettext to compile them."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "ko" / "LC_MESSAGES"
ROOMS = ("exchanges", "strategies", "orders", "webhooks", "tradingbridge")

_LINE = re.compile(r'(?:(msgctxt|msgid|msgstr) )?(".*")')
_IN_TEMPLATES = re.compile(r"""{% translate (?:"([^"]+)"|'([^']+)')""")
_BLOCKS = re.compile(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", re.DOTALL)
_VARIABLE = re.compile(r"{{ *(\w+) *}}")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|{(\w*)}")
_MARKS = {"_", "gettext", "gettext_lazy"}


def written() -> dict[str, str]:
    """What the .po file says; a context is joined to its text as compiled files join it."""
    texts = {}
    for block in (FOLDER / "django.po").read_text().split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            found = _LINE.fullmatch(line)
            if found is not None:
                key = found[1] or key
                parts[key] = parts.get(key, "") + ast.literal_eval(found[2])
        if "msgid" in parts:
            context = f"{parts['msgctxt']}\x04" if "msgctxt" in parts else ""
            texts[context + parts["msgid"]] = parts["msgstr"]
    return texts


def compiled() -> dict[str, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    return dict(vars(translations)["_catalog"])


def sources(suffix: str) -> Iterator[str]:
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob(f"*{suffix}"):
            yield path.read_text()


def marked_in_code(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        constants = [a.value for a in node.args if isinstance(a, ast.Constant)]
        strings = [value for value in constants if isinstance(value, str)]
        if node.func.id in _MARKS and strings:
            yield strings[0]
        elif node.func.id in {"pgettext", "pgettext_lazy"}:
            yield "\x04".join(strings)
        elif node.func.id in {"ngettext", "ngettext_lazy"}:
            yield strings[0]


def marked_in_template(text: str) -> Iterator[str]:
    for double, single in _IN_TEMPLATES.findall(text):
        yield double or single
    for block in _BLOCKS.findall(text):
        yield _VARIABLE.sub(r"%(\1)s", block)


def test_the_compiled_texts_are_the_written_ones() -> None:
    assert compiled() == written()


def test_no_text_is_empty() -> None:
    assert [text for text, translation in written().items() if not translation] == []


def test_every_text_of_the_code_and_the_templates_has_its_korean() -> None:
    marked = {text for source in sources(".py") for text in marked_in_code(source)}
    marked |= {text for source in sources(".html") for text in marked_in_template(source)}
    assert marked - set(written()) == set()


def test_a_translation_has_the_placeholders_of_its_text() -> None:
    for text, translation in written().items():
        if text:
            assert set(_PLACEHOLDER.findall(text)) == set(_PLACEHOLDER.findall(translation)), text
