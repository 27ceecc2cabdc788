"""From Enter to the first line, as multiples of an interpreter that only imports typer."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import Row, in_turns, row
from tests.bench.command import ROOT, gsearch


def _runner(home: Path, *arguments: str) -> list[str]:
    command, *rest = arguments
    return gsearch(command, *rest, *(["--db", str(home / "index.db")] if rest else []))


@row
def start() -> Sequence[Row]:
    """``gsearch --help``, ``--version`` and searches of the bundled sample home."""
    import gemmasearch

    sample = Path(gemmasearch.__file__).parent / "sample"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {**os.environ, "GSEARCH_EMBEDDER": "static", "PYTHONPATH": str(ROOT), "HOME": folder}

        def run(command: list[str]) -> None:
            subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)

        run(_runner(home, "index", str(sample)))
        yardstick = [sys.executable, "-c", "import typer"]
        rows = []
        for name, arguments in (
            ("gsearch --help", ["--help"]),
            ("search, words only, cold", ["search", "--mode", "words", "heating"]),
            ("search, hybrid static, cold", ["search", "heating"]),
        ):
            command = _runner(home, *arguments)
            base, ours = in_turns(lambda: run(yardstick), lambda c=command: run(c), rounds=5)  # type: ignore[misc]
            rows.append(Row(name, 'python -c "import typer"', base * 1000, ours * 1000, "ms"))
        return rows
