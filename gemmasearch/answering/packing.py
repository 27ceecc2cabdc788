"""Evidence -> the text a generator reads: few sentences, best first, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch.answering.hostile import instructs
from gemmasearch.answering.markup import valid
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import in_context
from gemmasearch.documents import Evidence
from gemmasearch.models import Generator

# Sentences: small models answer worse from every one more. Of 74 questions, SmolLM2-135M answered 40 with something
# that its source says (26 right) from one sentence, 31 (21 right) from up to three.
MOST = 1
MOST_LISTED = 3  # where a list or a summary is wanted
NEAR = 0.75  # share of the best score that a further sentence must have


def pack(evidence: Sequence[Evidence], generator: Generator, budget: int, most: int = MOST) -> list[Evidence]:
    """The evidence to show to ``generator`` in at most ``budget`` of its tokens; the best one if there is any.

    Sentences of one passage follow each other as they do there, so that "he" and "it" have their antecedent.
    """
    chosen: list[Evidence] = []
    used = 0
    for item in evidence[:most]:
        cost = generator.count_tokens(item.text) + 1
        if chosen and (item.score < NEAR * evidence[0].score or used + cost > budget):
            continue
        chosen.append(item)
        used += cost
    order = {item.hit.chunk_id: at for at, item in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda e: (order[e.hit.chunk_id], e.hit.text.find(e.text)))


def text_of(question: Question, packed: Sequence[Evidence], generator: Generator, budget: int) -> str:
    """One passage per line. A single sentence beyond the budget is cut at a word."""
    lines: dict[int, list[str]] = {}
    for item in packed:
        said = valid(_in_context(question, item, packed), item.hit.path)
        lines.setdefault(item.hit.chunk_id, []).append(said)
    text = "\n".join(" ".join(sentences) for sentences in lines.values())
    while generator.count_tokens(text) > budget and " " in text:
        text = text[: max(1, len(text) * 3 // 4)].rsplit(" ", 1)[0]
    return text


def _in_context(question: Question, item: Evidence, packed: Sequence[Evidence]) -> str:
    before, behind = in_context(question, item.hit, item.text)
    if instructs(f"{before} {item.text} {behind}"):
        return item.text
    beside = {other.text for other in packed}
    return " ".join(
        part for part in (before, item.text, behind) if part == item.text or part not in beside
    ).strip()
