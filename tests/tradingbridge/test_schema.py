"""The OpenAPI document as it is served."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator


def test_every_operation_says_what_it_is_for() -> None:
    document: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operations = {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert "get /api/accounts/" in operations
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
