"""One command line as a command sees it: its options, the settings they resolve to, and the opened index.

Nothing here knows how the line was parsed: :mod:`session` does that with Typer, :mod:`quick` without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gemmasearch.cli import render, streams
from gemmasearch.errors import GsearchError, InternalError, Interrupted, MachineRefused, UsageProblem
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    import subprocess

    from gemmasearch.documents import Hit
    from gemmasearch.index import Index
    from gemmasearch.serving.client import Remote
    from gemmasearch.settings import Settings

Found = TypeVar("Found")


@dataclass
class Session:
    """One command line: ``flags`` are its options that are settings, ``out`` its only way to speak.

    ``write_hits`` prints a list of hits in the form that was asked for.
    """

    command: str
    flags: Mapping[str, Any]
    out: render.Output
    write_hits: Callable[[list[Hit]], None] = lambda found: None
    people: bool = True  # whether hits are written for people, not in a form for programs

    @cached_property
    def settings(self) -> Settings:
        from gemmasearch import settings

        # Scripts name a file that does not exist to be free of the person's own.
        if self.command != "config" and sys.stderr.isatty() and (path := settings.named_in_vain()):
            self.out.note(f"GSEARCH_CONFIG names a file that is not there: {render.one_line(path)}")
        return settings.load(self.flags)

    def require_config(self) -> None:
        """For what goes on when nobody looks: there a slip in its name would last for months, unseen.

        :raises UsageProblem: ``GSEARCH_CONFIG`` names a file that is not there.
        """
        from gemmasearch import settings

        if path := settings.named_in_vain():
            raise UsageProblem(
                f"GSEARCH_CONFIG names a file that is not there: {render.one_line(path)}",
                "mend its name; /dev/null is the one without any setting",
            )

    @contextmanager
    def index(self, *, create: bool = False, write: bool = False) -> Iterator[Index]:
        """The index, closed afterwards; read-only unless ``write``."""
        from gemmasearch.index import Index

        if create and not os.path.exists(self.settings.db_path):
            from gemmasearch.known import embedder_is_there

            embedder_is_there(self.settings)  # else an empty index would be left behind
        with Index.open(settings=self.settings, create=create, read_only=not (create or write)) as index:
            yield index

    @contextmanager
    def texts_only(self) -> Iterator[Index]:
        """An empty index that is gone afterwards: for a text that comes from elsewhere."""
        from gemmasearch.index import Index

        with (
            passing_folder("gsearch-") as folder,
            Index.open(folder / "index.db", settings=self.settings) as index,
        ):
            yield index

    def suggests(self, index: Index, line: str) -> bool:
        """Say what a misspelt line may have meant. :return: whether there is such a thing."""
        if better := index.suggestion(line):
            self.out.note(f"did you mean: {better}")
        return bool(better)

    def looked_up(self, work: Callable[[Index | Remote], Found]) -> Found:
        """What ``work`` finds: through the warm helper if one answers, else in the index itself."""
        from gemmasearch.serving import connect

        remote = connect(self.settings)
        if remote is not None:
            try:
                with remote:
                    return work(remote)
            except ConnectionError:
                self.out.detail("the helper went away; looking in the index itself")
        with self.index() as index:
            found = work(index)
        if self.settings.serve_for:
            self._leave_helper(self.settings.serve_for)
        return found

    def _leave_helper(self, time: str) -> None:
        """Start a helper that goes on when this command ends; it ends itself when nobody asks."""
        from gemmasearch.settings import seconds_of

        self.helper(seconds_of(time) or 0, start_new_session=True)

    def helper(self, idle: int, **options: Any) -> subprocess.Popen[bytes]:
        """A `gsearch serve` for this index and model in a process of its own, silent."""
        import subprocess
        import sys

        # -P: the current folder may hold somebody else's modules.
        command = [sys.executable, "-P", "-m", "gemmasearch", "serve", "--idle", str(idle)]
        command += ["--db", os.path.abspath(self.settings.db_path), "--embedder", self.settings.embedder]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, **options)


@contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """A private folder that is gone afterwards, also where SIGTERM or a closed terminal ends the command."""
    import signal
    import tempfile

    ends = (signal.SIGTERM, signal.SIGHUP)
    deadly = [
        each for each in ends if signal.getsignal(each) == signal.SIG_DFL
    ]  # not those that nohup ignores
    for each in deadly:
        signal.signal(each, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix=prefix) as folder:
            yield Path(folder)
    finally:
        for each in deadly:
            signal.signal(each, signal.SIG_DFL)


def run_command(
    function: Callable[..., int | None],
    name: str,
    shared: Mapping[str, Any],
    chosen: Mapping[str, Any] | None,
    values: Mapping[str, Any],
    *,
    kind: type[Session] = Session,
) -> int:
    """Call a command with its own ``values``.

    :param shared: the options that all commands have.
    :param chosen: those that say how hits are written, None for a command that lists none.
    """
    from gemmasearch import compiled, settings

    flags = {k: v for k, v in {**values, "db": shared["db"]}.items() if k in settings.names()}
    out = render.Output(name, json=shared["json"], quiet=shared["quiet"], verbose=shared["verbose"])
    session = kind(name, flags, out)
    if chosen is not None:
        session.people = not any(chosen.values()) and not out.json
        session.write_hits = _writer(out, chosen)
    try:
        with compiled.kept():
            return int(function(session, **values) or 0)
    except BrokenPipeError:
        # The reader of our output has seen enough: `gsearch search … | head -1` is a success.
        streams.abandon_stdout()
        return 0
    except KeyboardInterrupt:
        return render.failure(Interrupted("interrupted"), ["--json"] if out.json else [], name)


def _writer(out: render.Output, chosen: Mapping[str, Any]) -> Callable[[list[Hit]], None]:
    if not any(chosen.values()):
        from gemmasearch.cli import views

        return lambda found: views.hits(out, found)
    from gemmasearch.cli import formats

    return formats.writer(out, **chosen)


def guarded(work: Callable[[], int], arguments: Sequence[str]) -> int:
    """The exit code of ``work``; what it raises becomes one or two lines and a documented code."""
    try:
        return work()
    except GsearchError as e:
        return render.failure(e, arguments)
    except OSError as e:
        # Most often stdout on a full disk; what the rooms met in the files or the index came as a GsearchError.
        if e.filename == streams.STDOUT or streams.stdout_fails():
            return render.failure(MachineRefused(streams.refused(e)), arguments)
        if e.filename is None and _is_nowhere():
            gone = MachineRefused("the folder where you are is gone", "`cd` to one that is there")
            return render.failure(gone, arguments)
        where = f": {e.filename}" if e.filename else ""
        return render.failure(MachineRefused(f"{e.strerror or e}{where}"), arguments)
    except Exception as e:
        if _is_short_of_memory(e):
            short = MachineRefused(
                "not enough memory", "end other programs, or raise the limit (`ulimit -v`)"
            )
            return render.failure(short, arguments)
        if os.environ.get("GSEARCH_DEBUG"):
            raise
        bug = InternalError(
            f"internal error: {type(e).__name__}: {e}", "this is a bug; GSEARCH_DEBUG=1 shows where"
        )
        return render.failure(bug, arguments)


def ended(error: Exception, arguments: Sequence[str]) -> int:
    """The exit code where what was written without a command could not be; a closed pipe is a success."""

    def again() -> int:
        raise error

    if isinstance(error, BrokenPipeError):
        streams.abandon_stdout()
        return 0
    return guarded(again, arguments)


def _is_nowhere() -> bool:
    """Whether the working folder was removed, so that no relative name leads anywhere."""
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _is_short_of_memory(error: Exception) -> bool:
    """A library that finds no room any more is told of by the system's loader, in words alone."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, ImportError)
        and ("failed to map segment" in said or "cannot allocate memory" in said)
    )
