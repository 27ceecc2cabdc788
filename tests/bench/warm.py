"""A search through the warm helper, in a fresh process, against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gemmasearch import sample
from gemmasearch.index import Index
from gemmasearch.settings import Settings
from tests.bench import Row, in_turns, row
from tests.bench.texts import model

ROOT = Path(__file__).parents[2]
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
    """Hybrid search with MiniLM on the sample home: the library's client process, start to end."""
    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            db=f"{folder}/private/index.db", models_dir=f"{folder}/models", embedder=str(path)
        )
        sample.unpack(Path(folder) / "home")
        with Index.open(settings=settings) as index:
            index.index([Path(folder) / "home"])
        arguments = [settings.db, settings.models_dir, settings.embedder]
        environment = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": folder, "PYTHONPATH": str(ROOT)}

        def run(*command: str) -> None:
            subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)

        with subprocess.Popen(
            [sys.executable, "-c", _SERVE, *arguments], env=environment, stdout=subprocess.PIPE
        ) as helper:
            try:
                assert helper.stdout is not None
                helper.stdout.readline()
                base, ours = in_turns(
                    lambda: run("-c", "pass"), lambda: run("-c", _SEARCH, *arguments), rounds=7
                )
            finally:
                helper.kill()
    return [Row("search, hybrid MiniLM, warm (library)", "python -c pass", base * 1000, ours * 1000, "ms")]
