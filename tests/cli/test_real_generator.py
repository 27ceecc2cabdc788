"""The real generator, through llama.cpp, answers the questions of the sample home with a citation to the right file."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from gemmasearch import sample
from tests.cli.conftest import Indexed
from tests.cli.terminal import COMMAND, run, run_on_terminal

pytestmark = pytest.mark.models


@pytest.mark.parametrize("question", sample.QUESTIONS, ids=lambda q: q.file)
def test_smollm2_answers_with_a_citation_to_the_right_file(
    indexed: Indexed, smollm2: Path, question: sample.Question
) -> None:
    done = indexed.run("ask", "--json", "--generator", smollm2, question.text)
    answer = json.loads(done.text)["data"]
    assert done.code == 0 and answer["generator"], answer
    first = answer["citations"][0]["hit"]
    assert os.path.relpath(first["path"], indexed.home) == question.file
    assert question.page is None or first["page"] == question.page
    for fact in question.facts:
        assert fact in answer["text"]
    assert "[1]" in answer["text"]


def test_the_demo_uses_it_where_the_extra_is_installed(smollm2: Path) -> None:
    done = run("demo", "--json")
    answers = json.loads(done.text)["data"]["answers"]
    assert [bool(a["generator"]) for a in answers] == [True] * len(sample.QUESTIONS)


def test_an_answer_streams_on_a_terminal_and_lists_its_sources(indexed: Indexed, smollm2: Path) -> None:
    done = run_on_terminal("ask", "--generator", smollm2, sample.QUESTIONS[1].text, "--db", indexed.db)
    assert done.code == 0 and b"2,340" in done.out and b"lease.pdf" in done.out


@pytest.mark.slow
@pytest.mark.parametrize("question", sample.QUESTIONS, ids=lambda q: q.file)
def test_a_base_model_without_instructions_does_no_harm(
    indexed: Indexed, gemma3_base: Path, question: sample.Question
) -> None:
    """It was never taught to answer: what it says passes the check or is replaced by the sources' own words."""
    done = indexed.run("ask", "--json", "--generator", gemma3_base, question.text)
    answer = json.loads(done.text)["data"]
    assert done.code == 0, done.said
    assert answer["timings"]["first_word"] > 0
    assert answer["sentences"] and all(sentence["citations"] for sentence in answer["sentences"])
    assert os.path.relpath(answer["citations"][0]["hit"]["path"], indexed.home) == question.file
    assert not set(answer["text"]) & set("\x1b\x07\x00") and len(answer["text"]) < 2000
    for sentence in answer["unsupported"]:
        assert sentence not in answer["text"]


@pytest.mark.slow
def test_a_model_that_did_not_fit_under_a_limit_ended_the_process(indexed: Indexed, smollm2: Path) -> None:
    """`ulimit -v`: llama.cpp aborts and OpenBLAS exits with 1, which would say that nothing was found."""

    def limited(kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        line = f'ulimit -v {kilobytes} && exec "$@"'
        env = {**os.environ, "GSEARCH_GENERATOR": str(smollm2)}
        command = ["bash", "-c", line, "limited", *COMMAND, *arguments, "--db", str(indexed.db)]
        return subprocess.run(command, capture_output=True, check=False, timeout=120, env=env)

    for kilobytes in (400_000, 460_000, 500_000):
        done = limited(kilobytes, "doctor")
        assert done.returncode == 6 and b"not enough memory" in done.stdout, (kilobytes, done.stderr)
        done = limited(kilobytes, "ask", "When was the boiler serviced?")
        assert (done.returncode, b"not enough memory" in done.stderr) == (6, True), (kilobytes, done.stderr)
