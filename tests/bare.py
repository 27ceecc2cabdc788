"""The high-level ``Llama`` class of llama-cpp-python at its best settings: the yardstick that ours is compared with."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from gemmasearch.models.buffers import has_tiles, offered

ROOT = Path(__file__).parents[1]
_TRIAL = """
import sys
from tests.bare import llama
model = llama(sys.argv[1], tiles=True, n_ctx=256, n_batch=256, n_ubatch=256, embedding=sys.argv[2] == "True")
model.embed("water for tea " * 32) if sys.argv[2] == "True" else model.eval(model.tokenize(b"water for tea " * 32))
"""


def llama(path: Path | str, *, tiles: bool | None = None, **options: Any) -> Any:
    """A ``Llama``, which has no option for what it would die of on some processors.

    :param tiles: with AMX tiles; None = where they work, which is the fastest, and takes the most memory.
    """
    import llama_cpp

    api = llama_cpp.llama_cpp
    usual = api.llama_model_default_params
    if tiles is None:
        tiles = works(Path(path), bool(options.get("embedding")))
    with offered(api, tiles=tiles) as usable:

        def chosen() -> Any:
            parameters = usual()
            parameters.use_extra_bufts = usable
            return parameters

        api.llama_model_default_params = chosen
        try:
            return llama_cpp.Llama(str(path), verbose=False, **options)
        finally:
            api.llama_model_default_params = usual


@cache
def works(path: Path, embedding: bool) -> bool:
    """Whether the yardstick survives its own tiles; asked of a child process, not of what is compared with it."""
    import llama_cpp

    command = [sys.executable, "-c", _TRIAL, str(path), str(embedding)]
    return (
        has_tiles(llama_cpp.llama_cpp)
        and not subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
    )
