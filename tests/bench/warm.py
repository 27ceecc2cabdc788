"""A search through the warm helper, in a fresh process, against an interpreter that does nothing.

The command may take half as long again as that interpreter, and 40 ms for the search: the interpreter's time tells how
fast the machine is, so the bar is a ratio that follows from it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gemmasearch import sample
from gemmasearch.index import Index
from gemmasearch.settings import Settings
from tests.bench import Row, in_turns, row
from tests.bench.texts import model

ROOT = Path(__file__).parents[2]
ALLOWED = 1.5, 40.0  # times an interpreter that does nothing, and milliseconds
# What an installer writes as `gsearch`.
_ENTRY = "import sys; from gemmasearch.__main__ import run; sys.exit(run())"
_SERVE = """
import sys
from gemmasearch.serving import serve
from gemmasearch.settings import Settings
serve(Settings(db=sys.argv[1], models_dir=sys.argv[2], embedder=sys.argv[3]), ready=lambda path: print("ready", flush=True))
"""
_SEARCH = """
import sys
from gemmasearch.serving import connect
from gemmasearch.settings import Settings
hits = connect(Settings(db=sys.argv[1], models_dir=sys.argv[2], embedder=sys.argv[3])).search("heating in winter")
assert hits
"""


@row
def warm() -> Sequence[Row]:
    """Hybrid search with MiniLM on the sample home, from the start of the process to its end: the command as people
    type it, beside the `gsearch serve` that they started, and the library's client beside the library's helper."""
    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            db=f"{folder}/private/index.db", models_dir=f"{folder}/models", embedder=str(path)
        )
        sample.unpack(Path(folder) / "home")
        with Index.open(settings=settings) as index:
            index.index([Path(folder) / "home"])
        arguments = [settings.db, settings.models_dir, settings.embedder]
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": folder, "XDG_RUNTIME_DIR": folder, "PYTHONPATH": str(ROOT),
            "GSEARCH_DB": settings.db, "GSEARCH_MODELS_DIR": settings.models_dir, "GSEARCH_EMBEDDER": settings.embedder,
        }  # fmt: skip

        def run(*command: str) -> None:
            subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)

        @contextmanager
        def helper(*command: str) -> Iterator[None]:
            """Until it says that it serves; on stdout or stderr."""
            with subprocess.Popen(
                [sys.executable, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as process:
                try:
                    assert process.stdout is not None and process.stdout.readline()
                    yield
                finally:
                    process.terminate()

        with helper("-c", _ENTRY, "serve"):
            base, ours = in_turns(
                lambda: run("-c", "pass"), lambda: run("-c", _ENTRY, "search", "heating in winter"), rounds=15
            )
        with helper("-c", _SERVE, *arguments):
            library = in_turns(lambda: run("-c", "pass"), lambda: run("-c", _SEARCH, *arguments), rounds=7)
    times, more = ALLOWED
    bar = round(times + more / (base * 1000), 2)
    return [
        Row("gsearch search, hybrid MiniLM, warm", "python -c pass", base * 1000, ours * 1000, "ms", bar),
        Row(
            "search, hybrid MiniLM, warm (library)",
            "python -c pass",
            library[0] * 1000,
            library[1] * 1000,
            "ms",
        ),
    ]
