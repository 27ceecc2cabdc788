"""Questions with known answers, asked of a real index: is the gold answer in the evidence?

Half of the articles (by a hash of their title) is for choosing constants, the other half is measured.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gemmasearch import answering
from gemmasearch.answering import asking, evidence, refusal
from gemmasearch.answering.question import understand
from gemmasearch.models import Embedder
from gemmasearch.models.once import Once
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.quality import collections, corpus


@dataclass(frozen=True)
class Asked:
    """One question; ``gold`` holds the accepted answers, lower case, () = the paragraph does not answer it."""

    id: str
    text: str
    document: str
    gold: tuple[str, ...]


class CachedEmbedder(Once):
    """The embedder with a memory: a corpus's sentences are embedded once for thousands of questions."""

    MOST = 1 << 40


class Squad:
    """The SQuAD 2 half as notes in a real index."""

    def __init__(self) -> None:
        self.folder = collections.data_folder() / "qa" / "squad2_dev_half"
        self.collection = collections.read(self.folder, "squad2")

    def store(self, embedder: Embedder) -> Store:
        return corpus.index([self.collection], embedder)

    @cached_property
    def questions(self) -> list[Asked]:
        return [
            Asked(row["_id"], row["question"], row["doc"], tuple({flat(a["text"]) for a in row["answers"]}))
            for row in rows(self.folder / "answers.jsonl")
        ]

    def sample(self, number: int, *, answerable: bool, fitting: bool = False) -> list[Asked]:
        """``number`` random questions (0 = all) of the measured articles, or of the others for ``fitting``."""
        title = {entry.id: entry.title for entry in self.collection.entries}
        chosen = [
            q
            for q in self.questions
            if bool(q.gold) == answerable and (zlib.crc32(title[q.document].encode()) % 2 == 0) == fitting
        ]
        random.Random(2026).shuffle(chosen)
        return chosen[: number or None]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def flat(text: str) -> str:
    return " ".join(text.lower().split())


def holds(text: str, gold: Sequence[str]) -> bool:
    """Whether one of the accepted answers stands in the text, word for word."""
    return any(answer in flat(text) for answer in gold)


# -- figures --------------------------------------------------------------------------------------------------


def evidence_figures(squad: Squad, embedder: Embedder, number: int) -> dict[str, float]:
    """Share of questions whose gold answer stands in the first, the first three, the first five sentences of the
    evidence; token-F1 of the extractive span, and of the generated answer where there is a generator."""
    store = squad.store(embedder)
    questions = squad.sample(number, answerable=True)
    held = {1: 0, 3: 0, 5: 0}
    overlap = 0.0
    for asked in questions:
        found = answering.answer(store, embedder, None, asked.text, settings=Settings(generator="none"))
        shown = [item.text for item in found.evidence]
        for most in held:
            held[most] += any(holds(text, asked.gold) for text in shown[:most])
        first = found.evidence[0] if found.evidence else None
        span = first.text[slice(*first.span)] if first and first.span else ""
        overlap += max(token_f1(span, gold) for gold in asked.gold)
    store.close()
    return {f"in {most}": count / len(questions) for most, count in held.items()} | {
        "span F1": overlap / len(questions)
    }


def ask_figures(squad: Squad, embedder: Embedder, number: int) -> dict[str, float]:
    """What ``ask`` says in the sources' own words: shares of the answerable questions whose answer holds the gold one,
    does not, or is refused, and of the adversarial ones that are refused."""
    store = squad.store(embedder)
    counts: Counter[str] = Counter()
    for answerable in (True, False):
        for asked in squad.sample(number, answerable=answerable):
            found = answering.answer(store, embedder, None, asked.text, settings=Settings(generator="none"))
            if not answerable:
                counts["adversarial refused"] += not found.found
            elif not found.found:
                counts["refused"] += 1
            else:
                counts["right" if holds(found.text, asked.gold) else "other"] += 1
    store.close()
    return {name: counts[name] / number for name in ("right", "other", "refused", "adversarial refused")}


def token_f1(said: str, gold: str) -> float:
    """The measure of SQuAD: harmonic mean of precision and recall over words, articles and marks left out."""
    one, other = (
        Counter(re.findall(r"\w+", re.sub(r"\b(?:a|an|the)\b", " ", t.lower()))) for t in (said, gold)
    )
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()) if same else 0.0


def chances(squad: Squad, embedder: Embedder | None, making: Embedder, number: int) -> dict[str, list[float]]:
    """How sure the refusal model is: on topics that are in the index, on topics that were left out of it, and on the
    adversarial questions. Two groups of the measured articles are left out in turn."""
    title = {entry.id: entry.title for entry in squad.collection.entries}
    ordered = sorted(set(title.values()), key=lambda t: zlib.crc32(t.encode()))
    group = {t: at * 4 // len(ordered) for at, t in enumerate(ordered)}
    found: dict[str, list[float]] = {"in": [], "out": [], "adversarial": []}
    for left_out, kept in ((2, 3), (3, 2)):
        entries = tuple(e for e in squad.collection.entries if group[e.title] != left_out)
        without = replace(squad.collection, name=f"squad2-without{left_out}", entries=entries)
        with corpus.index([without], making) as store:
            for kind in found:
                wanted = left_out if kind == "out" else kept
                chosen = [
                    q
                    for q in squad.questions
                    if group[title[q.document]] == wanted and bool(q.gold) == (kind != "adversarial")
                ]
                random.Random(7).shuffle(chosen)
                for asked in chosen[: number // 2]:
                    found[kind].append(chance_of(store, embedder, asked.text))
    return found


def chance_of(store: Store, embedder: Embedder | None, question: str) -> float:
    asked = understand(question)
    hits = asking.passages(store, embedder, question)
    weights = asking.rarity(store, asked)
    ranked = evidence.rank(asked, hits, weights, embedder)
    return refusal.chance(asked, ranked, embedder.space.name if embedder else "", weights)


def roc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Area under the ROC: how often one of ``higher`` is above one of ``lower``, ties counting half."""
    low = np.sort(np.asarray(lower))
    below = np.searchsorted(low, higher, "left") + np.searchsorted(low, higher, "right")
    return float(below.sum() / (2 * len(low) * len(higher)))


def pubmed_figures(embedder: Embedder, number: int) -> dict[str, float]:
    """PubMedQA with the conclusions put back behind the abstracts: is a sentence of the conclusion shown?"""
    folder = collections.data_folder() / "qa" / "pubmedqa_l"
    concluded = {str(row["doc"]): str(row["long_answer"]) for row in rows(folder / "answers.jsonl")}
    plain = collections.read(folder, "pubmedqa")
    entries = tuple(replace(e, text=f"{e.text}\n\n{concluded[e.id]}") for e in plain.entries)
    asked = [row for row in rows(folder / "answers.jsonl") if zlib.crc32(str(row["_id"]).encode()) % 2]
    random.Random(2026).shuffle(asked)
    shown = {1: 0, 3: 0}
    bare = 0
    with corpus.index([replace(plain, name="pubmedqa-whole", entries=entries)], embedder) as store:
        for row in asked[:number]:
            found = answering.answer(
                store, embedder, None, str(row["question"]), settings=Settings(generator="none")
            )
            conclusion = flat(str(row["long_answer"]))
            bare += found.text.strip(" .!“”").lower() in ("yes", "no", "maybe")
            for most in shown:
                shown[most] += any(flat(item.text) in conclusion for item in found.evidence[:most])
    total = len(asked[:number])
    return {f"conclusion in {most}": count / total for most, count in shown.items()} | {
        "bare verdicts": bare / total
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality answers", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}; default: all")
    parser.add_argument("--embedder", action="append", choices=("static", "minilm"), help="default: both")
    parser.add_argument(
        "--questions",
        type=int,
        default=0,
        help="questions of each kind (default: 600; 1,000 with a generator)",
    )
    parser.add_argument(
        "--part",
        type=_part,
        default=(1, 1),
        metavar="K/N",
        help="of generated and injection: only every N-th question from the K-th on, so that N runs side by side "
        "make the whole (their counts add up)",
    )
    given = parser.parse_args(arguments)
    if given.part != (1, 1) and not set(given.what or PARTS) <= SHARED:
        parser.error(f"--part is for {' and '.join(sorted(SHARED))}")
    if unknown := set(given.what) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in given.embedder or ("static", "minilm"):
        for part in given.what or PARTS:
            number = given.questions or (1000 if part in SHARED else 600)
            PARTS[part](name, number, *((given.part,) if part in SHARED else ()))
    return 0


def _part(text: str) -> tuple[int, int]:
    """
    >>> _part("2/3")
    (2, 3)
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError("write it like 1/2: the first of two parts")
    return int(found[1]), int(found[2])


def _evidence(name: str, number: int) -> None:
    _show("evidence", name, evidence_figures(Squad(), CachedEmbedder(corpus.embedder(name)), number))


def _ask(name: str, number: int) -> None:
    _show("ask", name, ask_figures(Squad(), CachedEmbedder(corpus.embedder(name)), number))


def _refusal(name: str, number: int) -> None:
    embedder = CachedEmbedder(corpus.embedder(name))
    for label, used in ((name, embedder), (f"{name}, words alone", None)):
        found = chances(Squad(), used, embedder, number)
        figures = {
            "topic absent: refused": float(np.mean(np.array(found["out"]) < 0.5)),
            "topic present: answered": float(np.mean(np.array(found["in"]) >= 0.5)),
            "ROC": roc(found["in"], found["out"]),
            "adversarial ROC": roc(found["in"], found["adversarial"]),
        }
        _show("refusal", label, figures)


def _pubmed(name: str, number: int) -> None:
    _show("pubmedqa", name, pubmed_figures(CachedEmbedder(corpus.embedder(name)), number))


def _show(part: str, name: str, figures: Mapping[str, float]) -> None:
    print(
        f"{part:10} {name:20} " + "  ".join(f"{label} {value:.3f}" for label, value in figures.items()),
        flush=True,
    )


def _generated(name: str, number: int, part: tuple[int, int] = (1, 1)) -> None:
    from tests.quality import answers_generated

    figures = answers_generated.figures(Squad(), CachedEmbedder(corpus.embedder(name)), number, part)
    _show("generated", name, figures)


def _injection(name: str, number: int, part: tuple[int, int] = (1, 1)) -> None:
    from tests.quality import injection

    _show("injection", name, injection.figures(CachedEmbedder(corpus.embedder(name)), number, part))


def _labels(name: str, number: int) -> None:
    from tests.quality import labels

    for what, figures in labels.figures(name).items():
        _show(f"labels {what}", name, figures)


PARTS: Mapping[str, Callable[..., None]] = {
    "evidence": _evidence,
    "ask": _ask,
    "refusal": _refusal,
    "pubmed": _pubmed,
    "generated": _generated,
    "injection": _injection,
    "labels": _labels,
}
SHARED = {"generated", "injection"}  # that several runs may share

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
