"""The piece of a passage that shows why it was found, on one line, cut at sentence bounds where it fits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from gemmasearch import light
from gemmasearch.documents import Snippet
from gemmasearch.letters import STOPS
from gemmasearch.store import fts, words

LENGTH = 220  # characters aimed at
LEAST = 20  # characters behind the headings that are worth showing without them
_SENTENCE_END = light.pattern(rf"[.!?…]+[\"'”’»)\]]*(?=\s)|[{STOPS}]|\n\s*\n|\n(?=\s*(?:[-*+•#>|]|\d+[.)]))")
_MATTER = r"\s*(?:---\n(?:[^\n]*\n){1,60}?---[ \t]*\n)?"
_FRONT = light.pattern(_MATTER)
_HEAD = light.pattern(rf"{_MATTER}(?:[ \t]*\n|#{{1,6}} [^\n]*\n)*")
_SPACE = light.pattern(r"\s+")

Span = tuple[int, int]


def snippet(text: str, sought: Collection[str], language: str = "", *, length: int = LENGTH) -> Snippet:
    """The best window of ``text``, with the runs marked that hold a sought word.

    :param sought: words as :mod:`gemmasearch.store.words` writes them, exact and forms alike.
    """
    head = _head(text)
    text = text[head:]
    marks = _matches(text, frozenset(sought), language)
    start, end = _window(text, marks, length)
    start, end = _at_sentences(text, start, end, length)
    inside = [(a, b) for a, b in marks if start <= a and b <= end]
    return _on_one_line(text[start:end], [(a - start, b - start) for a, b in inside], head + start)


def _head(text: str) -> int:
    """Where the text proper begins: behind front matter and headings, which a hit shows as its title and place."""
    for pattern, least in ((_HEAD, LEAST), (_FRONT, 1)):
        head = pattern.match(text)
        if head and len(text[head.end() :].strip()) >= least:
            return head.end()
    return 0


def _matches(text: str, sought: frozenset[str], language: str) -> list[Span]:
    """Spans of matched runs in order; neighbours of an unspaced script, and the groups of a number, are joined."""
    if not sought:
        return []
    spans = _matching_runs(text, sought, language)
    numbers = [(start, end) for start, end, _ in fts.grouped(text, sought)]
    if not numbers:
        return spans
    return sorted([*numbers, *(s for s in spans if not any(a <= s[0] < b for a, b in numbers))])


def _matching_runs(text: str, sought: frozenset[str], language: str) -> list[Span]:
    spans: list[Span] = []
    if not words.unspaced(text):
        return sorted(span for run in words.holding(text, sought, language) for span in _runs(text, run))
    for token in words.tokens(text, language):
        if token.words.isdisjoint(sought):
            continue
        if spans and token.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(token.end, spans[-1][1]))
        else:
            spans.append((token.start, token.end))
    return spans


def _runs(text: str, run: str) -> Iterator[Span]:
    """Where a run stands in a text by itself: the pattern of runs would look at all of them."""
    start = text.find(run)
    while start >= 0:
        end = start + len(run)
        if not words.RUN.match(text, end) and not (start and words.RUN.match(text[start - 1])):
            yield start, end
        start = text.find(run, end)


def _window(text: str, marks: Sequence[Span], length: int) -> Span:
    """The stretch of ``length`` with the most different matched words, the earliest of equals."""
    best, best_value = (0, min(length, len(text))), 0.0
    for i, (start, _) in enumerate(marks):
        inside = [text[a:b].casefold() for a, b in marks[i : i + 60] if b <= start + length]
        value = len(set(inside)) + 0.01 * len(inside)
        if value > best_value:
            last = max(b for _, b in marks[i : i + len(inside)]) if inside else start
            best, best_value = (start, last), value
    return best


def _at_sentences(text: str, start: int, end: int, length: int) -> Span:
    """Begin with the sentence of ``start`` if that leaves room for the rest, and fill up to ``length``."""
    bounds = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    opening = max((b for b in bounds if b <= start), default=0)
    if end - opening <= length:
        start = opening
    else:
        start = _word_start(text, max(0, end - length, start - length // 4))
    closing = [b for b in bounds if end <= b <= start + length]
    if closing and closing[-1] == len(text):
        return min(b for b in (*bounds, start) if len(text) - b <= length), len(text)
    if closing:
        return start, closing[-1]
    return start, _word_end(text, min(len(text), start + length))


def _word_start(text: str, at: int) -> int:
    if at == 0 or text[at - 1].isspace():
        return at
    space = _SPACE.search(text, at, at + 30)
    return space.end() if space else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text) or text[at].isspace():
        return at
    space = max(text.rfind(" ", max(0, at - 30), at), text.rfind("\n", max(0, at - 30), at))
    return space if space > 0 else at


def _on_one_line(text: str, marks: Sequence[Span], begins: int) -> Snippet:
    """White space becomes single spaces and the marks move with it. ``begins`` is the place of the text."""
    line = " ".join(text.split())
    lead = len(text) - len(text.lstrip())
    moved = [(_moved(text, a), min(_moved(text, b), len(line))) for a, b in marks if a >= lead]
    first = marks[0][0] if marks else lead
    return Snippet(line, tuple((a, b) for a, b in moved if a < b), begins + first)


def _moved(text: str, at: int) -> int:
    """Where a place of a text is on its one line."""
    before = " ".join(text[:at].split())
    return len(before) + (1 if before and text[at - 1].isspace() else 0)
