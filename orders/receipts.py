"""Receipts: one for each alert, sortable by time."""

from ulid import ULID


def new_receipt() -> str:
    """26 characters (ULID): a caller may quote it in a URL or a file name as it is."""
    return str(ULID())
