"""Help and completion answer at once: they load none of the heavy libraries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.docs import generate

HEAVY = (
    "apsw", "charset_normalizer", "huggingface_hub", "llama_cpp", "magic", "numpy", "platformdirs", "pypdf",
    "sqlite_vec", "Stemmer", "tokenizers", "watchdog", "wordllama",
)  # fmt: skip

PROGRAM = """
import sys
from gemmasearch.__main__ import main
try:
    code = main(sys.argv[1:])
except SystemExit as e:
    code = e.code
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""

COMPLETION = {
    "bash": {"_GSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "gsearch models pu", "COMP_CWORD": "2"},
    "zsh": {"_GSEARCH_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "gsearch models pu"},
    "fish": {
        "_GSEARCH_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "gsearch models pu",
    },
}


def _run(arguments: list[str], **environ: str) -> tuple[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(generate.ROOT), **environ},
        check=True,
        timeout=60,
    )
    said, _, loaded = done.stdout.rpartition("loaded:")
    return said, set(loaded.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _ in generate._commands()])
def test_help_loads_no_heavy_library(name: str) -> None:
    said, loaded = _run([*name.split()[1:], "--help"])
    assert said.startswith("Usage: " + name)
    assert loaded & {*HEAVY, "rich"} == set()


@pytest.mark.parametrize("shell", COMPLETION)
def test_completion_loads_no_heavy_library(shell: str) -> None:
    # Typer itself formats the help texts of zsh and fish with rich.
    said, loaded = _run([], **COMPLETION[shell])
    assert "pull" in said
    assert loaded & set(HEAVY) == set()


def test_the_check_itself_sees_a_heavy_library_when_one_is_loaded() -> None:
    _, loaded = _run(["status", "--db", "/nowhere/index.db"])
    assert "apsw" in loaded
