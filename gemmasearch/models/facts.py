"""What was found out about model files, remembered by their stamp, so that it is found out once.

Hashing a model takes up to seconds, and checking an unknown one takes a child process; both are done again as
soon as size, times or inode of the file change. The memory is one small JSON file in the models folder; where
it cannot be written everything works and takes longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gemmasearch.errors import ModelMissing

FILE = ".facts.json"


class Facts:
    """Facts about files, kept in ``folder``: a mapping of texts to JSON values per path and stamp."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def get(self, path: Path, fact: str) -> Any:
        """The remembered fact, or None when it is unknown or the file has changed since."""
        entry = self._read().get(str(path.resolve()))
        if not isinstance(entry, dict) or entry.get("stamp") != _stamp(path):
            return None
        return entry.get(fact)

    def put(self, path: Path, **facts: Any) -> None:
        """Remember facts about the file as it is now; what was known of an earlier state is forgotten."""
        known = self._read()
        key, stamp = str(path.resolve()), _stamp(path)
        entry = known.get(key)
        if not isinstance(entry, dict) or entry.get("stamp") != stamp:
            entry = {"stamp": stamp}
        known[key] = {**entry, **facts}
        kept = {name: value for name, value in known.items() if Path(name).exists()}
        with suppress(OSError):  # a read-only models folder costs time, not function
            self._write(kept)

    def sha256(self, path: Path) -> str:
        """The file's SHA-256 in hexadecimal digits.

        :raises ModelMissing: it cannot be read.
        """
        found = self.get(path, "sha256")
        if isinstance(found, str):
            return found
        digest = hash_file(path)
        self.put(path, sha256=digest)
        return digest

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, known: Mapping[str, Any]) -> None:
        import tempfile

        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(prefix=FILE, dir=self._file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(known, stream, indent=1)
            Path(temporary).replace(self._file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def hash_file(path: Path) -> str:
    """SHA-256 of a file.

    :raises ModelMissing: it cannot be read.
    """
    from hashlib import file_digest

    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as e:
        raise ModelMissing(f"cannot read the model file {path}: {e}") from e


def _stamp(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
