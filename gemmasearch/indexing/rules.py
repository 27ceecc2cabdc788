"""What a crawl looks at, by name alone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any

from gemmasearch import light
from gemmasearch.indexing.ignores import matches
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from gemmasearch.store import Root

# What mail servers, and programs that fetch mail, keep beside it in its folders; elsewhere a note may be called so.
MAIL_RECORDS = frozenset(
    ("dovecot-uidlist", "dovecot-uidvalidity", "dovecot.list.index.log", "subscriptions")
)
_MAIL_RECORD = light.pattern(
    r"""dovecot-(?:uidlist|keywords|uidvalidity(?:\.[0-9a-f]{8})?|acl(?:-list)?) | dovecot\.mailbox\.log(?:\.2)?
      | dovecot\.(?:list\.|map\.)?index(?:\.(?:log(?:\.2)?|cache|backup|pvt|thread|tmp|search(?:\.uids)?))?
      | maildirfolder | maildirsize | \.?subscriptions | courierimap\w*
      | \.uidvalidity | \.mbsyncstate(?:\.\w+)? | \.isyncuidmap\.db
    """,
    re.VERBOSE,
)
# What browsers call the folder of pictures, scripts and frames beside a page that they saved, in their languages.
_PAGE_PARTS = (
    "_files", ".files", "-Dateien", "_fichiers", "_bestanden", "_file", "_archivos", "-filer", "_tiedostot", "_pliki",
    "_soubory", "_elemei", "_ficheiros", "_arquivos", "_dosyalar", "_datoteke", "_fitxers", "_failid", "_fails",
    "_bylos", "_fajlovi", "_fitxategiak",
)  # fmt: skip
_PAGES = (".html", ".htm", ".xhtml", ".HTML", ".HTM")
# The option that holds what `forget` excluded, as patterns: no change of the others lets it in again.
FORGOTTEN = "forgotten"
OFFICE_PARTS = "filelist.xml"  # Excel and PowerPoint keep what they saved as a page in such a folder


@dataclass(frozen=True, slots=True)
class Rules:
    """The options of one root."""

    hidden: bool = False  # look at names that begin with a dot
    follow: bool = False  # follow links to folders, as long as they stay within the root
    cross_mounts: bool = False  # enter other file systems
    secrets: bool = False  # read what looks like keys and password stores
    include: tuple[str, ...] = ()  # patterns (gitignore syntax): only these
    exclude: tuple[str, ...] = ()  # patterns: not these
    limits: Mapping[str, int] = field(default_factory=dict)  # suffix (".md") or "*" -> largest size in bytes

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Rules:
        """From a root's remembered options; what this version does not know is left out."""
        known: dict[str, Any] = {
            f.name: tuple(options[f.name]) if isinstance(options[f.name], list) else options[f.name]
            for f in fields(cls)
            if f.name in options
        }
        if gone := options.get(FORGOTTEN):
            known["exclude"] = (*known.get("exclude", ()), *gone)  # last, so that it has the last word
        return cls(**known)

    def includes(self, path: str, root: str) -> bool:
        return not self.include or matches(self.include, path, root)

    def limit_of(self, name: str) -> float:
        suffix = name[name.rfind(".") :].lower() if "." in name else ""
        return self.limits.get(suffix, self.limits.get("*", float("inf")))


def is_within(path: str, root: str) -> bool:
    """Whether a path is a root or lies below it."""
    return path == root or path.startswith(root.rstrip("/") + "/")


def around(path: str, roots: Iterable[Root]) -> list[str]:
    """The paths of the roots that a path lies in, but for itself."""
    return [root.path for root in roots if root.path != path and is_within(path, root.path)]


def innermost(path: str, roots: Iterable[Root]) -> Root | None:
    """Of the roots that a path is or lies in, the one that decides about it."""
    return max((r for r in roots if is_within(path, r.path)), key=lambda r: len(r.path), default=None)


def is_mail_record(name: str) -> bool:
    """Whether a file in a folder of mail is a server's own and no mail."""
    return _MAIL_RECORD.fullmatch(name) is not None


def is_of_saved_page(folder: str, names: Container[str]) -> bool:
    """Whether a folder's name says that it holds the parts of a page among the ``names`` beside it."""
    if not folder.endswith(_PAGE_PARTS):
        return False
    titles = (folder.removesuffix(part) for part in _PAGE_PARTS if folder.endswith(part))
    return any(title + suffix in names for title in titles for suffix in _PAGES)
