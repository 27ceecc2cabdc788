"""The high-level ``Llama`` class of llama-cpp-python: the yardstick that ours is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gemmasearch.models.native import uses_tiles


def llama(path: Path | str, **options: Any) -> Any:
    """A ``Llama``, which has no option for what it would die of on some processors."""
    import llama_cpp

    api = llama_cpp.llama_cpp
    usual = api.llama_model_default_params

    def without_tiles() -> Any:
        parameters = usual()
        parameters.use_extra_bufts = not uses_tiles(api)
        return parameters

    api.llama_model_default_params = without_tiles
    try:
        return llama_cpp.Llama(str(path), verbose=False, **options)
    finally:
        api.llama_model_default_params = usual
