"""Keys, password stores and histories: :mod:`gemmasearch.secrets`, where readers know them, too."""

from __future__ import annotations

from gemmasearch.secrets import KEY_SEARCH_BYTES, holds_key, is_secret_name, is_secret_part

__all__ = ["KEY_SEARCH_BYTES", "holds_key", "is_secret_name", "is_secret_part"]
