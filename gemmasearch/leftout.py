"""Names of what programs make for themselves: left out of folders, and of archives of folders."""

from __future__ import annotations

from itertools import pairwise

# Folders that programs fill: copies of what is elsewhere, or nothing a person wrote.
MADE_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", "node_modules", "bower_components"),
        *("__pycache__", ".cache", ".tox", ".nox", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
        *(".hypothesis", ".ipynb_checkpoints", ".gradle", ".terraform", ".next", ".svelte-kit"),
        *(".Trash", ".Trashes", "$RECYCLE.BIN", "System Volume Information", "lost+found", ".thumbnails"),
        *(".Spotlight-V100", ".fseventsd", ".DocumentRevisions-V100", ".stversions", ".stfolder"),
    }
)
MADE_WITHIN = ("/logseq/bak",)  # Logseq's old versions of pages
# Files that editors and downloads leave while they work, or beside the file that counts.
MADE_SUFFIXES = ("~", ".swp", ".swo", ".swx", ".tmp", ".part", ".partial", ".crdownload", ".lock")
MADE_FILES = frozenset(("Thumbs.db", "desktop.ini", "Icon\r", ".DS_Store"))
MADE_PREFIXES = ("~$", ".~lock.", ".#", ".goutputstream-")
# The folders of a maildir that hold messages.
_MESSAGES = frozenset(("cur", "new"))


def made_by_program(name: str) -> bool:
    """Whether a file's name says that an editor or download is still at work on it."""
    if name in MADE_FILES or name.endswith(MADE_SUFFIXES) or name.startswith(MADE_PREFIXES):
        return True
    return name.startswith("#") and name.endswith("#")  # Emacs; "#1 ideas.md" is a person's note


def is_left_out(member: str) -> bool:
    """Whether a crawl would leave out a file of an archive, were it unpacked, by its path in there: hidden, made by a
    program, or in such a folder. Maildir++ keeps its folders as hidden folders."""
    steps = member.split("/")
    if steps[-1].startswith(".") or made_by_program(steps[-1]) or not MADE_FOLDERS.isdisjoint(steps[:-1]):
        return True
    if any(step.startswith(".") and below not in _MESSAGES for step, below in pairwise(steps)):
        return True
    return any(f"{part}/" in f"/{member}" for part in MADE_WITHIN)
