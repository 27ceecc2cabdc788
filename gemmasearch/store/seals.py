"""Seals: a short hash beside each row, so that a row which is not what was written is never shown.

SQLite checks the structure of its file, not what stands in the rows: a bad disk block inside a text is nothing to
it. A seal also holds the identity of its index, so that pages of another one do not pass for this one's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import apsw

from gemmasearch.light import blake2b

CHUNK = ("document_id", "ordinal", "start", '"end"', "text", "headings", "page", "label", "line", "tokens",
         "quoted", "key")  # fmt: skip
DOCUMENT = ("file_id", "part", "hash", "kind", "title", "date", "sender", "recipients", "copies", "message_id",
            "refs", "attachments", "tags", "language", "meta", "chunk_count")  # fmt: skip

VECTOR = ("space_id", "key", "vector")


def of(columns: tuple[str, ...], alias: str = "") -> str:
    """SQL for the seal that a row should have."""
    return f"gs_seal({', '.join(alias + name for name in columns)})"


def broken(columns: tuple[str, ...], alias: str) -> str:
    """SQL that is true for a row which is not what was written."""
    return f"{alias}seal IS NOT {of(columns, alias)}"


def register(connection: apsw.Connection) -> Callable[..., bytes]:
    """Give a connection ``gs_seal(column, …)``: 8 bytes over the values and the identity of the index.

    :return: the same function, for rows that are written.
    """
    identity: list[bytes] = []

    def seal(*values: Any) -> bytes:
        if not identity:
            found = connection.execute("SELECT value FROM state WHERE name = 'identity'").fetchall()
            identity.append(str(found[0][0] if found else "").encode("utf-8", "replace"))
        return blake2b(repr(values).encode("utf-8", "replace"), digest_size=8, key=identity[0][:64]).digest()

    connection.create_scalar_function("gs_seal", seal, -1, deterministic=True, flags=apsw.SQLITE_INNOCUOUS)
    return seal
