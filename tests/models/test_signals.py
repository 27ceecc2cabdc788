"""Ctrl-C while llama.cpp loads a model ends the command, and is no line on stderr."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import gguf_files

LOADING = """
import os, signal, sys
from pathlib import Path
from gemmasearch.models import native
from gemmasearch.models.native import Native

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
api = native.library()
quiet = native._keep[0]

def logged(level, text, data):  # as a signal comes that arrived while native code ran
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass

native._keep[0] = api.llama_log_callback(logged)
api.llama_log_set(native._keep[0], None)
try:
    Native(Path(sys.argv[1]), lambda parameters: setattr(parameters, "embeddings", True))
except BaseException as e:
    api.llama_log_set(quiet, None)
    print(type(e).__name__)
else:
    print("lost")
"""


@pytest.mark.slow
def test_an_interrupt_while_llama_cpp_logged_was_printed_and_lost(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["KeyboardInterrupt"], done
    assert "ctypes" not in done.stderr, done.stderr


CLOSING = """
import os, signal, sys
from pathlib import Path
from gemmasearch.models import native

signal.signal(signal.SIGINT, signal.default_int_handler)
api = native.library()
opened = native.Native(Path(sys.argv[1]), lambda parameters: setattr(parameters, "embeddings", True))
free = api.llama_free

def freed(context):
    free(context)
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass

api.llama_free = freed
try:
    opened.close()
except KeyboardInterrupt:
    api.llama_free = free
    print("interrupted")
"""


def test_an_interrupt_while_a_model_was_closed_had_it_freed_twice(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    done = subprocess.run(
        [sys.executable, "-c", CLOSING, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
