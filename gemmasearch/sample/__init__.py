"""The sample home: notes, mail and documents of one invented person, for ``gsearch demo`` and for trying things out.

Nora Brandt, an illustrator from Valencia who lives in Freiburg, writes in English, German and Spanish. All of
it is fiction; the addresses end in ``.example``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from gemmasearch.light import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer stands in ``file`` (on ``page`` of it) and contains every one of ``facts``."""

    text: str
    file: str
    facts: tuple[str, ...]
    page: int | None = None


#: Query -> the files (relative to the home) that it should find, in any order: by words, out of a thread in an
#: mbox; by meaning, for the note has neither of the two words; and one journey across a note, a mail and a PDF.
SEARCHES: Mapping[str, tuple[str, ...]] = {
    "Kondensatleitung eingefroren": ("mail/archive.mbox",),
    "automobile maintenance": ("notes/van/van.md",),
    "Lisbon trip": ("notes/travel/lisbon.md", "mail/archive.mbox", "documents/lisbon-itinerary.pdf"),
}

QUESTIONS: tuple[Question, ...] = (
    Question(
        "When was the boiler serviced and how much did it cost?",
        "notes/flat/heating.md",
        ("14 March 2026", "186.40"),
    ),
    Question("How much is the deposit for the flat?", "documents/lease.pdf", ("2,340",), page=3),
)

# A maildir's file names hold a colon, which not every file system that a checkout or a wheel passes through can
# store: the messages are kept under plain names and delivered when the home is unpacked.
_MAILDIR: tuple[tuple[str, str, str], ...] = (
    ("water", "cur", "1774801260.M1P4711.nora:2,S"),
    ("vet", "cur", "1777885200.M2P4711.nora:2,RS"),
    ("chutney", "cur", "1791128640.M3P4711.nora:2,FS"),
    ("reminder", "cur", "1791275400.M4P4711.nora:2,S"),
    ("prints", "new", "1792047600.M5P4711.nora"),
    ("club", "new", "1792174200.M6P4711.nora"),
)


def unpack(folder: Path) -> Path:
    """Write the sample home below ``folder``, which is made if need be; existing files are overwritten.

    :returns: ``folder``, with ``notes/``, ``documents/`` and ``mail/`` (``archive.mbox``, maildir ``inbox``) in it.
    :raises OSError: the folder cannot be written.
    """
    package = files(__name__)
    _copy(package / "home", folder)
    inbox = folder / "mail" / "inbox"
    for part in ("cur", "new", "tmp"):
        (inbox / part).mkdir(parents=True, exist_ok=True)
    for name, part, delivered in _MAILDIR:
        message = package / "maildir" / f"{name}.eml"
        (inbox / part / delivered).write_bytes(message.read_bytes())
    return folder


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
