"""Threads and batches are tried out once, remembered for model and machine, and change no vector."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gemmasearch.models import Passage, calibrated, open_embedder
from gemmasearch.models import calibrate as calibrating
from gemmasearch.models.facts import Facts
from gemmasearch.settings import Settings
from tests import gguf_files

PASSAGES = [Passage("", "price of lunch for march " * n) for n in range(1, 9)]


@pytest.mark.slow
def test_the_fastest_shape_is_kept_and_used_by_the_next_start(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    monkeypatch.setattr(calibrating, "cores", lambda: 3)
    monkeypatch.setattr(calibrating, "SECONDS", 0.5)
    monkeypatch.setattr(calibrating, "BATCHES", (128,))  # few shapes: a busy machine must come to all of them
    settings = Settings(embedder=str(path), models_dir=str(tmp_path / "models"))
    embedder = open_embedder(settings)
    before = embedder.embed_documents(PASSAGES)
    facts = Facts(settings.models_path)
    rates = calibrating.calibrate(embedder, PASSAGES, facts, path, 2.0)
    assert {threads for threads, _ in rates} >= {2, 3} and all(rate > 0 for rate in rates.values())
    assert calibrating.remembered(facts, path) == embedder.shape
    assert (np.sum(before * embedder.embed_documents(PASSAGES), axis=1) > 0.9999).all()
    embedder.close()

    facts.put(path, **{"shape on 3 cores": [1, 128]})
    again = open_embedder(settings)
    assert again.shape == (1, 128)
    again.close()
    by_hand = open_embedder(replace(settings, threads=2))
    assert by_hand.shape[0] == 2
    assert not calibrated(by_hand, replace(settings, threads=2), PASSAGES)
    by_hand.close()
    facts.put(path, **{"shape on 3 cores": "nonsense"})
    assert calibrating.remembered(facts, path) is None
