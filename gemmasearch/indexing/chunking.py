"""Cutting a document's text into passages that partition it.

A passage is about ``target`` tokens: whole paragraphs, lists and code blocks where they fit, whole lines or
sentences where those do not, and never more than ``limit`` tokens with title and prompt. It lies on one page,
under one heading unless the parts under headings are tiny, and is quoted or not as a whole, but for a greeting above
a quotation and the writer's name below it, which belong to that.
Where paragraphs leave a choice, their content decides, so that an insertion changes a few passages and not all
that follow (content-defined chunking, Muthitacharoen et al., LBFS, 2001).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from zlib import crc32

from gemmasearch import light
from gemmasearch.documents import Chunk, Document
from gemmasearch.indexing.measure import Measure
from gemmasearch.indexing.tables import tables
from gemmasearch.letters import STOPS
from gemmasearch.store.keys import passage_title

PROMPT = 16  # tokens that a prompt adds around title and text
TINY = 24  # tokens: less is no passage of its own if it has a neighbour to join
STRETCH = 1.25  # a paragraph that exceeds the target by no more than this stays whole

GREETING = 60  # characters
AT_ONCE = 16_384  # characters that are counted in one piece
_GREETING = light.pattern(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|moin|servus"
    r"|sehr geehrte[rs]?|salut|bonjour|bonsoir|ch[eè]re?s?|hola|buen[oa]s(?: \w+)?|estimad[oa]s?|querid[oa]s?|ciao"
    r"|buongiorno|car[oa]|olá|hoi|beste|hej|привет|здравствуйте|добрый день)(?: [\w.'’-]+){0,4} ?[,!.:]?",
    re.I,
)
_NAME = light.pattern(r"[^\W\d_]+")

_BLOCK = light.pattern(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+(?:[ \t\r]*\n)*|\s+")
_FENCE = light.pattern(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_LINE = light.pattern(r"[^\n]*\n|[^\n]+")
_ITEM = light.pattern(r"[ \t]*(?:[-*+•|>]|\d+[.)]|\w+[.)]\s|[ \t]{3,}\S|```|~~~)")
_ENDS = f".!?…;,){STOPS}；，）|`"  # of a line that leads to nothing
_SENTENCE_END = light.pattern(rf"[.!?…]+[\"”’»)\]]*\s+(?=\S)|[{STOPS}]+[」』”）]*|\n(?=\S)")
_SPACE_BACK = light.pattern(r"\s(?=\S)")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Region:
    """A stretch of text in which passages may not be mixed with what is around it."""

    start: int
    end: int
    headings: tuple[str, ...]
    page: int | None
    label: str
    quoted: bool

    def like(self, other: _Region) -> bool:
        return (self.page, self.label, self.quoted) == (other.page, other.label, other.quoted)


def split(
    document: Document,
    count_tokens: Callable[[str], int],
    target: int,
    limit: int,
    *,
    measure: Measure | None = None,
) -> list[Chunk]:
    """The passages of a document, in order; a document without text gives one empty passage.

    :param count_tokens: of the embedder. :param limit: its ``max_tokens``.
    :param measure: ``Measure(count_tokens)``, made once for many documents.
    """
    cutter = _Cutter(document.text, count_tokens, target, limit, measure or Measure(count_tokens))
    chunks: list[Chunk] = []
    line, seen = 1, 0
    found = tables(document) if len(document.text) > 2 * target else []
    for region in cutter.regions(document):
        columns = [each for each in found if each.start < region.end and each.end > region.start]
        title = cutter.longest([
            passage_title(document.title, headings)
            for headings in (region.headings, *((*region.headings, each.header) for each in columns))
        ])  # fmt: skip
        for start, end in cutter.passages(region, title):
            first = start + len(document.text[start:end]) - len(document.text[start:end].lstrip())
            line, seen = line + document.text.count("\n", seen, first), first
            text = document.text[start:end]
            tokens = round(cutter.sizes.get((start, end)) or cutter.measure(text))
            names = next((each.header for each in columns if each.start <= start < each.end), "")
            headings = (
                (*region.headings, names) if names and names not in region.headings else region.headings
            )
            chunks.append(
                Chunk(len(chunks), start, end, text, headings, region.page, region.label, line, tokens,
                      region.quoted)
            )  # fmt: skip
    return chunks or [Chunk(0, 0, 0, "")]


class _Cutter:
    def __init__(
        self, text: str, count_tokens: Callable[[str], int], target: int, limit: int, measure: Measure
    ) -> None:
        self.text = text
        self.count = count_tokens
        self.limit = limit
        self.target = max(1, min(target, limit - PROMPT))
        self.measure = measure
        self.sizes: dict[Span, float] = {}  # of what was packed
        self.counts: dict[Span, int] = {}
        self.fenced = "```" in text or "~~~" in text
        self.names: set[str] = set()  # of the sender

    def size(self, span: Span) -> float:
        return self.measure(self.text[span[0] : span[1]])

    def longest(self, titles: Sequence[str]) -> str:
        return max(titles, key=self.count) if len(titles) > 1 else titles[0]

    # -- regions

    def regions(self, document: Document) -> list[_Region]:
        """The text cut at pages, headings and quotes; what is blank or tiny joins a neighbour where it may."""
        joined: list[_Region] = []
        self.names = {name.casefold() for name in _NAME.findall(document.sender.partition("@")[0])}
        for region in _marked(document):
            last = joined[-1] if joined else None
            if last and (merged := self._join(last, region)):
                joined[-1] = merged
            else:
                joined.append(region)
        return joined

    def _join(self, a: _Region, b: _Region) -> _Region | None:
        blank_a = not self.text[a.start : a.end].strip()
        if blank_a or not self.text[b.start : b.end].strip():
            return replace(b if blank_a else a, start=a.start, end=b.end)
        if b.quoted and not a.quoted and self._greets(a):  # else it would be a hit that says "Hi,"
            return replace(b, start=a.start)
        if a.quoted and not b.quoted and self._signs(b):  # likewise one that says "L."
            return replace(a, end=b.end)
        if not a.like(b):
            return None
        if a.headings == b.headings:
            return replace(a, end=b.end)
        if not a.quoted and self._tiny(a):
            return replace(b, start=a.start, headings=_common(a.headings, b.headings))
        return None

    def _greets(self, region: _Region) -> bool:
        text = self.text[region.start : region.end].strip()
        return len(text) <= GREETING and _GREETING.fullmatch(text) is not None

    def _signs(self, region: _Region) -> bool:
        """Nothing but names of the sender, or their initials."""
        text = self.text[region.start : region.end].strip()
        words = [word.casefold() for word in _NAME.findall(text)] if len(text) <= GREETING else []
        initials = {name[0] for name in self.names}
        return bool(words) and all(word in self.names or word in initials for word in words)

    def _tiny(self, region: _Region) -> bool:
        return region.end - region.start < TINY * 12 and self.size((region.start, region.end)) < TINY

    # -- passages of one region

    def passages(self, region: _Region, title: str) -> Iterator[Span]:
        room: int | None = None
        for span in self._packed(self._blocks(region.start, region.end)):
            if self._is_short(span, title):
                yield span
                continue
            if room is None:
                room = max(PROMPT, self.limit - PROMPT - (self.count(title) if title else 0))
            yield from self._within(span, room)

    def _is_short(self, span: Span, title: str) -> bool:
        """Whether it needs no counting: no tokenizer makes more tokens than bytes, but for one at the start."""
        most = 4 * (span[1] - span[0] + len(title)) + 2
        return most < self.limit - PROMPT or (
            len(f"{title}{self.text[span[0] : span[1]]}".encode("utf-8", "replace")) + 2 < self.limit - PROMPT
        )

    def _blocks(self, start: int, end: int) -> list[Span]:
        blocks = [m.span() for m in _BLOCK.finditer(self.text, start, end)]
        if blocks and blocks[0][0] > start:
            blocks[0] = (start, blocks[0][1])
        return self._whole_fences(blocks) if self.fenced else blocks

    def _whole_fences(self, blocks: list[Span]) -> list[Span]:
        joined: list[Span] = []
        opened: int | None = None
        for start, end in blocks:
            fences = len(_FENCE.findall(self.text, start, end)) % 2
            if opened is None:
                joined.append((start, end))
                opened = len(joined) - 1 if fences else None
            else:
                joined.append((start, end))
                if fences:
                    joined[opened:] = [(joined[opened][0], end)]
                    opened = None
        return joined

    def _packed(self, blocks: Sequence[Span]) -> list[Span]:
        """Blocks put together up to the target, large ones broken."""
        packed: list[tuple[Span, float]] = []
        current: Span | None = None
        size = 0.0
        # Where what leads to the next block begins, the end if nothing does, and its size.
        lead, held = 0, 0.0
        for block in blocks:
            tokens = self.size(block)
            large = tokens > self.target * STRETCH
            if (
                current
                and lead > current[0]
                and not (large and size < TINY)
                and (size + tokens > self.target or (size >= self.target / 2 and self._fresh(block)))
            ):
                packed.append(((current[0], lead), size - held))
                current, size = ((lead, current[1]) if lead < current[1] else None), held
            if large:
                packed += self._broken((current[0] if current else block[0], block[1]), tokens + size)
                current, size = None, 0.0
                continue
            current = (current[0] if current else block[0], block[1])
            size += tokens
            lead, held = (block[0], tokens) if self._leads(block, tokens) else (block[1], 0.0)
        if current:
            packed.append((current, size))
        return self._without_crumbs(packed)

    def _leads(self, block: Span, tokens: float) -> bool:
        """Whether a short line belongs to what stands below it: "Please bring:", or a title that is no heading."""
        if tokens >= TINY:
            return False
        line = self.text[block[0] : block[1]].strip()
        return bool(line) and "\n" not in line and not _ITEM.match(line) and line[-1] not in _ENDS

    def _without_crumbs(self, packed: list[tuple[Span, float]]) -> list[Span]:
        spans: list[tuple[Span, float]] = []
        for span, size in packed:
            if spans and size < TINY and spans[-1][1] + size <= self.target * STRETCH:
                (start, _), before = spans[-1]
                spans[-1] = ((start, span[1]), before + size)
            else:
                spans.append((span, size))
        self.sizes.update(spans)
        return [span for span, _ in spans]

    def _fresh(self, block: Span) -> bool:
        """One paragraph in four likes to begin a passage."""
        return crc32(self.text[block[0] : block[1]].strip().encode("utf-8", "surrogatepass")) % 4 == 0

    def _broken(self, block: Span, tokens: float) -> list[tuple[Span, float]]:
        """A block beyond the target, in parts of equal size cut between lines or sentences."""
        goal = tokens / -(-tokens // self.target) * 1.05
        parts: list[tuple[Span, float]] = []
        for piece in self._lines_or_sentences(block):
            size = self.size(piece)
            if parts and parts[-1][1] + size <= goal:
                (start, _), before = parts[-1]
                parts[-1] = ((start, piece[1]), before + size)
            elif size > self.target * STRETCH:
                parts += self._stretches(piece, size)
            else:
                parts.append((piece, size))
        return parts

    def _lines_or_sentences(self, block: Span) -> list[Span]:
        lines = [m.span() for m in _LINE.finditer(self.text, *block)]
        items = sum(1 for start, _ in lines if _ITEM.match(self.text, start))
        if len(lines) > 2 and items * 2 >= len(lines):
            return self._with_inner(lines)
        ends = [m.end() for m in _SENTENCE_END.finditer(self.text, *block) if m.end() < block[1]]
        return list(pairwise([block[0], *ends, block[1]]))

    def _with_inner(self, lines: Sequence[Span]) -> list[Span]:
        """Lines, each with those below it that are indented more, up to a quarter of a passage."""
        found: list[Span] = []
        outer = 0
        for start, end in lines:
            line = self.text[start:end]
            indent = len(line) - len(line.lstrip(" \t"))
            inner = not line.strip() or indent > outer
            if found and inner and self.size((found[-1][0], end)) * 4 <= self.target:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
                outer = indent
        return found

    def _stretches(self, piece: Span, tokens: float) -> list[tuple[Span, float]]:
        """A sentence or line beyond the target, cut between words, or anywhere if it has none."""
        start, end = piece
        count = int(-(-tokens // self.target))
        step = max(1, -(-(end - start) // count))
        cuts = [start]
        while end - cuts[-1] > step:
            cuts.append(self._cut(cuts[-1], cuts[-1] + step))
        return [(span, self.size(span)) for span in pairwise([*cuts, end])]

    def _within(self, span: Span, room: int) -> Iterator[Span]:
        """The passage itself, or its halves, until each has at most ``room`` tokens."""
        start, end = span
        text = self.text[start:end]
        if len(text) < 2 or len(text.encode("utf-8", "replace")) < room or self._tokens(span) <= room:
            yield span
            return
        for half in self._halves(span):
            yield from self._within(half, room)

    def _halves(self, span: Span) -> tuple[Span, Span]:
        start, end = span
        middle = self._cut(start, start + (end - start + 1) // 2)
        return (start, middle), (middle, end)

    def _tokens(self, span: Span) -> int:
        """Of a long span those of its halves, which are counted once, not anew with each whole that they are in."""
        if span not in self.counts:
            long = span[1] - span[0] > AT_ONCE
            self.counts[span] = (
                sum(map(self._tokens, self._halves(span))) if long else self.count(self.text[slice(*span)])
            )
        return self.counts[span]

    def _cut(self, low: int, at: int) -> int:
        """A place in (low, at] to cut: after white space if there is any in the second half, never within a
        character that is written with several code points if that can be helped."""
        spaces = [m.end() for m in _SPACE_BACK.finditer(self.text, low + (at - low) // 2, at)]
        if spaces and spaces[-1] > low:
            return spaces[-1]
        for cut in range(at, max(low, at - 32), -1):
            if cut == len(self.text) or not _joined(self.text[cut - 1], self.text[cut]):
                return cut
        return at


def _marked(document: Document) -> list[_Region]:
    """The text between neighbouring borders of sections and quotes."""
    end = len(document.text)
    borders = {0, end}
    for section in document.sections:
        borders |= {min(max(section.start, 0), end), min(max(section.end, 0), end)}
    for start, stop in document.quoted:
        borders |= {min(max(start, 0), end), min(max(stop, 0), end)}
    regions: list[_Region] = []
    sections, quotes = list(document.sections), list(document.quoted)
    for low, high in pairwise(sorted(borders)):
        while sections and sections[0].end <= low and len(sections) > 1:
            sections.pop(0)
        while quotes and quotes[0][1] <= low:
            quotes.pop(0)
        quoted = bool(quotes) and quotes[0][0] <= low
        if sections and (sections[0].start <= low or not regions):
            s = sections[0]
            regions.append(_Region(low, high, tuple(s.headings), s.page, s.label, quoted))
        elif regions:
            regions.append(replace(regions[-1], start=low, end=high, quoted=quoted))
        else:
            regions.append(_Region(low, high, (), None, "", quoted))
    return regions


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    """The headings of two neighbours in one passage: the longer path if one leads to the other."""
    if b[: len(a)] == a:
        return b
    same = [x for x, y in zip(a, b, strict=False) if x == y]
    return tuple(same) if a[: len(same)] == tuple(same) else ()


def _joined(before: str, after: str) -> bool:
    """Whether a cut between the two would tear a character apart."""
    if after == "\n":
        return before == "\r"
    pair = "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff"
    modifier = after in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff"
    return pair or modifier or before == "\u200d" or unicodedata.category(after) in ("Mn", "Mc", "Me")
