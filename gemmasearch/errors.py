"""Every exception that reaches a person.

    GsearchError                what happened; ``hint`` says what to do next; ``exit_code``
    ├── NothingFound      1     no hit, or nothing in the files answers this
    ├── UsageProblem      2     an argument or a setting makes no sense
    ├── IndexProblem      3     the index is missing, damaged, foreign or newer than this program
    │   ├── IndexMissing
    │   ├── IndexDamaged
    │   ├── IndexForeign
    │   └── IndexTooNew
    ├── ModelProblem      4     a model is missing or unsuitable
    │   ├── ModelMissing
    │   ├── ModelUnsuitable
    │   └── DownloadFailed
    ├── FinishedWithProblems 5  ``--strict``: the run ended, some files could not be read
    ├── MachineRefused    6     disk full, I/O error, no permission on the index itself
    ├── InternalError     70    a bug in gsearch (EX_SOFTWARE)
    ├── LockHeld          75    another run is writing (EX_TEMPFAIL, for cron)
    └── Interrupted       130   Ctrl-C or SIGTERM

The exit-code table of the README is generated from the ``exit_code`` and ``meaning`` of these classes.
"""

from __future__ import annotations

from typing import ClassVar


class GsearchError(Exception):
    """Base of all errors that are shown as one or two lines instead of a traceback.

    ``message`` says what happened and to which file; ``hint`` what to do next (may be empty).
    """

    exit_code: ClassVar[int] = 6
    meaning: ClassVar[str] = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def code(self) -> str:
        """A stable machine-readable name, such as ``index_missing``."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class NothingFound(GsearchError):
    exit_code = 1
    meaning = "nothing found, or nothing in the files answers this"


class UsageProblem(GsearchError):
    exit_code = 2
    meaning = "usage: an argument or a setting makes no sense"


class IndexProblem(GsearchError):
    exit_code = 3
    meaning = "the index is missing, damaged, foreign or newer than this program"


class IndexMissing(IndexProblem):
    """There is no index file yet."""


class IndexDamaged(IndexProblem):
    """SQLite or a consistency check says that the file is corrupt."""


class IndexForeign(IndexProblem):
    """The file is no gsearch index."""


class IndexTooNew(IndexProblem):
    """The schema is newer than this program understands."""


class ModelProblem(GsearchError):
    exit_code = 4
    meaning = "a model is missing or unsuitable"


class ModelMissing(ModelProblem):
    """The model file, or the package that carries it, is not on this machine."""


class ModelUnsuitable(ModelProblem):
    """The file is no GGUF, has another architecture, or lacks what its family needs."""


class DownloadFailed(ModelProblem):
    """``models pull`` could not fetch a file, or what it fetched is not what was pinned."""


class FinishedWithProblems(GsearchError):
    exit_code = 5
    meaning = "finished, but some files could not be read (only under --strict)"


class MachineRefused(GsearchError):
    exit_code = 6
    meaning = "the machine said no: disk full, I/O error, no permission on the index itself"


class InternalError(GsearchError):
    exit_code = 70
    meaning = "a bug in gsearch itself; GSEARCH_DEBUG=1 shows where"


class LockHeld(GsearchError):
    exit_code = 75
    meaning = "another run is writing to this index; try again later"


class Interrupted(GsearchError):
    exit_code = 130
    meaning = "interrupted; what was finished is kept"


def no_space(index: object) -> MachineRefused:
    """The disk of an index is full, whoever meets it."""
    return MachineRefused(f"no space left for the index {index}", "free some space and run the command again")
