"""Settings that look for models where nobody else keeps any."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(models_dir=str(tmp_path / "models"))
