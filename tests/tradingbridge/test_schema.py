"""The OpenAPI document as it is served."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator


def test_the_document_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    """Also of the whole site: two lists of one set of words would get a name by chance."""
    call_command("spectacular", file=str(tmp_path / "schema.yml"), fail_on_warn=True, validate=True)


def test_every_operation_says_what_it_is_for() -> None:
    document: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operations = {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {"get /api/accounts/", "get /api/alert.schema.json"} <= operations.keys()
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
