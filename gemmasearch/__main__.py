"""The roof: ``gsearch`` and ``python -m gemmasearch``. Everything that leaves is an exit code of ``errors``."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Typer's validator looks for plugins in every installed distribution: 40 ms of each start, and none is wanted.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
# numpy's threads gain nothing on the matrices of a search, and for a while after each they spin beside those of
# the model: a search cost twice the processor's time. Read once, when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


# A search makes fewer objects than this, and they last until its end; those that files are read into are freed
# without a look for unused ones, which took a twentieth of a search's time, a tenth of a helper's.
OBJECTS = 50_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (a documented one, whatever happens)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams(arguments)
    try:
        code = _without_typer(arguments)
        if code is None:
            from gemmasearch.cli import app

            code = app.invoke(arguments)
    except KeyboardInterrupt:  # the modules of the command were being loaded
        from gemmasearch.cli import render
        from gemmasearch.errors import Interrupted

        code = render.failure(Interrupted("interrupted"), arguments)
    except OSError as e:  # before a command began, such as in a folder that is gone
        from gemmasearch.cli import asked

        code = asked.ended(e, arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from gemmasearch.cli import streams

        streams.abandon_stdout()
    except OSError as e:
        from gemmasearch.cli import render, streams
        from gemmasearch.errors import MachineRefused

        streams.abandon_stdout()
        if code == 0:
            return render.failure(MachineRefused(streams.refused(e)))
    return code


# Commands of which nothing is left but what they print: where their stdout is closed, that is an error.
TELLING = frozenset(
    ("search", "ask", "chat", "show", "similar", "thread", "dupes", "classify", "why", "status", "selftest")
)


def _prepare_streams(arguments: Sequence[str] = ()) -> None:
    """Let stdout and stderr carry any file name, whatever the locale says.

    A stream that the caller closed becomes /dev/null: otherwise the next opened file would take its number. What
    a telling command writes there fails, as into any closed stream; ``index`` and the like have done their work.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            fails = name == "stdout" and not TELLING.isdisjoint(arguments[:1]) and not _asks_help(arguments)
            flags = os.O_RDONLY if fails else os.O_RDWR
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def _asks_help(arguments: Sequence[str]) -> bool:
    return not {"-h", "--help"}.isdisjoint(arguments)


def _without_typer(arguments: Sequence[str]) -> int | None:
    """The exit code of a line that is understood without the command-line library."""
    if arguments[:1] == ["index"]:
        from gemmasearch.cli import plain

        return plain.run(arguments)
    from gemmasearch.cli import quick

    return quick.run(arguments)


def _in_utf8() -> None:
    """Begin anew in UTF-8 mode where the locale lets Python take file names for something else.

    The index names files in UTF-8, and so does the disk: an old locale must not make others of them, and what is
    printed must lead a pipe to the same files.
    """
    if sys.getfilesystemencoding().lower() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def run() -> None:
    _in_utf8()
    gc.set_threshold(OBJECTS)
    code = main()
    # CPython remembers an interrupt that left code made from a string, such as a named tuple, even a handled one,
    # and `python -m` then ends by SIGINT in place of the exit code. It forgets it where such code runs anew.
    exec("")
    if _may_go_at_once():
        try:
            sys.stderr.flush()
        except OSError:
            pass  # nobody reads it, as at any exit
        os._exit(code)
    sys.exit(code)


def _may_go_at_once() -> bool:
    """Whether nothing is left to be done: no thread, no function that waits for the exit, no model of llama.cpp.

    To take down all modules one by one, with what they hold, takes a tenth of a search.
    """
    threading, atexit = sys.modules.get("threading"), sys.modules.get("atexit")
    alone = threading is None or threading.active_count() == 1
    return alone and "llama_cpp" not in sys.modules and (atexit is None or not atexit._ncallbacks())


if __name__ == "__main__":
    run()
