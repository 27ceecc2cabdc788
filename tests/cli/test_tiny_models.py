"""GGUFs of the exact architectures, far too small to know anything, go the whole way through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemmasearch import sample
from tests import gguf_files
from tests.cli.conftest import Indexed
from tests.cli.terminal import run


def test_a_gemma3_with_a_chat_template_answers_through_ask(indexed: Indexed, tmp_path: Path) -> None:
    model = tmp_path / "tiny.gguf"
    gguf_files.gemma3(model)
    question = sample.QUESTIONS[1]
    done = indexed.run("ask", "--json", "--generator", model, question.text)
    answer = json.loads(done.text)["data"]
    assert done.code == 0, done.said
    assert answer["citations"][0]["hit"]["path"].endswith(question.file)
    # What such a model says is noise: the check leaves nothing of it, and the sources' own words are the answer.
    assert "2,340" in answer["text"] and answer["generator"] == ""
    assert answer["timings"]["first_word"] > 0


@pytest.mark.slow
def test_an_embeddinggemma_indexes_and_finds_and_one_without_dense_layers_is_refused(tmp_path: Path) -> None:
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("The kiln was fired in May.\n")
    whole, bare = tmp_path / "whole.gguf", tmp_path / "bare.gguf"
    gguf_files.gemma_embedding(whole)
    done = run("index", notes, "--embedder", whole, "--db", db)
    assert done.code == 0, done.said
    assert run("search", "kiln", "--db", db).code == 0
    gguf_files.gemma_embedding(bare, dense=False)
    refused = run("index", notes, "--embedder", bare, "--db", tmp_path / "j" / "i.db")
    assert refused.code == 4 and "dense" in refused.said
    sick = run("doctor", "--db", db, env={"GSEARCH_EMBEDDER": str(bare)})
    assert "dense" in next(line for line in sick.lines if line.startswith("WRONG\tmodels"))
