"""Files of Joplin's RAW exports, synchronisation folders and .jex archives: a title, the text, and fields below it.

Every thing that Joplin knows is such a Markdown file: notes, notebooks, tags, what is attached, old versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gemmasearch import light
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.frontmatter import FrontMatter, moment

_FIELDS = light.pattern(r"(?:\A|\n\n)((?:[a-z_]{2,40}:(?: [^\n]*)?\n)*type_: (\d{1,2}))\s*\Z")
_LONGEST = 20_000  # characters of the fields
_ID = light.pattern(r"^id: [0-9a-f]{32}$", re.MULTILINE)
_NOTE = "1"  # of the types


@dataclass(frozen=True, slots=True)
class Item:
    """A note of Joplin: its text without the fields, and what these say."""

    text: str
    front: FrontMatter


def note(text: str) -> Item | None:
    """What a file of Joplin holds; None where it is none.

    :raises CannotRead: "no-text" for what is no note, "encrypted", "unsupported" for a note in the trash.
    """
    if "type_: " not in text[-40:]:
        return None
    start = max(0, len(text) - _LONGEST)
    found = _FIELDS.search(text, start)
    if not found or not _ID.search(found[1]):
        return None
    fields = dict(line.partition(": ")[::2] for line in found[1].split("\n"))
    if fields.get("encryption_applied") == "1":
        raise CannotRead("encrypted")
    if found[2] != _NOTE:
        raise CannotRead("no-text", "a thing of Joplin that is no note")
    if fields.get("deleted_time", "0") not in ("", "0"):
        raise CannotRead("unsupported", "a note in the trash of Joplin")
    body = text[: found.start()]
    if not body.strip():
        raise CannotRead("no-text", "an empty note of Joplin")
    return Item(body, _front(body, fields))


def _front(body: str, fields: dict[str, str]) -> FrontMatter:
    times = (moment(fields.get(name, "")) for name in ("user_created_time", "created_time", "updated_time"))
    url = fields.get("source_url", "")
    meta = {"author": fields.get("author", ""), "url": url if url.startswith(("http://", "https://")) else ""}
    return FrontMatter(
        title=body.partition("\n")[0].strip(),
        date=next((when for when in times if when is not None), None),
        meta={name: value[:500] for name, value in meta.items() if value},
    )
