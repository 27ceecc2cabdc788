"""How well an index finds what is known to be in it: questions made from its own documents, asked in every way.

Three kinds of questions, as people ask for a thing that they know they have: by its *title*, by a rare *sentence* of
it, and by a mail's *sender* with the month and two telling words. Found is the document itself, or another with
the same sentence or the same copy of it. The choice is random but the same each time.
"""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from email.utils import parseaddr

from gemmasearch import light
from gemmasearch.documents import Hit, on_calendar
from gemmasearch.light import dataclass
from gemmasearch.models import Embedder
from gemmasearch.models.once import Once
from gemmasearch.retrieval.around import telling
from gemmasearch.retrieval.search import search
from gemmasearch.store import DocumentRow, Store, words
from gemmasearch.store.cut import Cut
from gemmasearch.store.rows import Head

KINDS = ("title", "sentence", "sender")
DIMS = (768, 256, 128)
DEPTH = 10  # hits looked at
TRIED = 12  # sentences of a document of which the rarest is taken
LONGEST = 14  # words of a question
TELLING = 100  # questions that say whether fewer dimensions are enough
_SENTENCE = light.pattern(r"[^.!?\n。！？]{25,400}[.!?。！？]")
_REPLY = light.pattern(r"\s*(?:(?:re|aw|fwd?|wg|sv|antw|tr|rv)\s*(?:\[\d+\])?:\s*)+", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """A question and the document that answers it. ``sentence`` = any document that holds it will do."""

    kind: str
    query: str
    document_id: int
    path: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Of the questions of one kind ("" = all), how many found their document at the first place, among five and
    among ten, by one mode; ``dim`` is None for words."""

    mode: str
    dim: int | None
    kind: str
    asked: int
    at_1: int
    at_5: int
    at_10: int


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What a self-test found. ``space`` is the name of the embedding space, "" without one."""

    rows: tuple[Row, ...]
    asked: int
    seconds: float
    space: str
    verdict: tuple[str, ...]


def selftest(
    store: Store,
    embedder: Embedder | None,
    *,
    number: int = 60,
    seconds: float = 60.0,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SelfTest:
    """Ask up to ``number`` questions of each kind by every mode, for about ``seconds``."""
    started = time.monotonic()
    items = list(questions(store, number, seed))
    embedder = Once(embedder) if embedder else None
    ways = _ways(store, embedder)
    ranks: dict[tuple[str, int | None, str], list[int]] = defaultdict(list)
    asked = 0
    for item in items:
        if asked >= len(KINDS) and time.monotonic() - started > seconds:
            break
        for mode, dim, view in ways:
            found = search(view, embedder, item.query, mode=mode, limit=DEPTH, per_document=1)
            for kind in (item.kind, ""):
                ranks[mode, dim, kind].append(_rank(found, item))
        asked += 1
        progress(asked, len(items))
    space = store.active_space()
    rows = tuple(_row(*key, found) for key, found in ranks.items())
    rows = tuple(sorted(rows, key=lambda row: _order(row, ways)))
    name = space.name if space and embedder else ""
    return SelfTest(rows, asked, time.monotonic() - started, name, tuple(_verdict(rows)))


def _ways(store: Store, embedder: Embedder | None) -> list[tuple[str, int | None, Store]]:
    """Every mode, with every number of dimensions that the space can be cut to."""
    ways: list[tuple[str, int | None, Store]] = [("words", None, store)]
    space = store.active_space()
    if space is None or embedder is None:
        return ways
    shorter = [dim for dim in DIMS if dim < space.dim] if space.matryoshka else []
    views: list[tuple[int, Store]] = [(space.dim, store), *((c.dim, c) for c in Cut.to(store, shorter))]
    return ways + [(mode, dim, view) for mode in ("meaning", "hybrid") for dim, view in views]


def _order(row: Row, ways: Sequence[tuple[str, int | None, Store]]) -> tuple[int, int]:
    place = next(i for i, (mode, dim, _) in enumerate(ways) if (mode, dim) == (row.mode, row.dim))
    return place, ("", *KINDS).index(row.kind)


def _row(mode: str, dim: int | None, kind: str, ranks: Sequence[int]) -> Row:
    at = [sum(0 < rank <= depth for rank in ranks) for depth in (1, 5, 10)]
    return Row(mode, dim, kind, len(ranks), *at)


def _rank(found: Sequence[Hit], item: Item) -> int:
    """The place of the first hit that answers an item, 0 if none does."""
    for place, hit in enumerate(found, 1):
        known = hit.document_id == item.document_id or any(p.startswith(item.path) for p in hit.also_in)
        if known or (item.sentence and item.sentence in _plain(hit.text)):
            return place
    return 0


# -- questions ------------------------------------------------------------------------------------------------


def questions(store: Store, number: int, seed: int) -> Iterator[Item]:
    """Up to ``number`` questions of each kind, the kinds by turns."""
    chance = random.Random(seed)
    heads = store.heads_of_documents()
    chance.shuffle(heads)
    titles = _unique_titles(heads)
    makers: dict[str, Iterator[Item]] = {
        "title": (Item("title", titles[h.id], h.id, h.path) for h in heads if h.id in titles),
        "sentence": (i for h in heads if (i := _sentence_item(store, h, chance))),
        "sender": (i for h in heads if h.kind == "mail" and (i := _sender_item(store, h))),
    }
    for _ in range(number):
        for kind in KINDS:
            item = next(makers[kind], None)
            if item is not None:
                yield item


def _unique_titles(heads: Sequence[Head]) -> dict[int, str]:
    """Document -> its title, where it has two words and no other document has it, in a reply or as it is."""
    known: dict[str, list[Head]] = defaultdict(list)
    for head in heads:
        known[words.fold(_REPLY.sub("", head.title))].append(head)
    found = {}
    for same in known.values():
        title = " ".join(_REPLY.sub("", same[0].title).split()[:LONGEST])
        if len(same) == 1 and len(words.exact(title).split()) >= 2:
            found[same[0].id] = _harmless(title)
    return found


def _sentence_item(store: Store, head: Head, chance: random.Random) -> Item | None:
    """By the rarest of some sentences of a document, those of replies and signatures left out."""
    document = store.document(head.id)
    if document is None:
        return None
    own = "\n".join(document.text[s.start : s.end] for s in document.chunks if not s.quoted)
    sentences = [_plain(m[0]) for m in _SENTENCE.finditer(own[:200_000])]
    sentences = [s for s in sentences if 6 <= len(words.exact(s).split()) <= 40]
    if not sentences:
        return None
    tried = chance.sample(sentences, min(TRIED, len(sentences)))
    rarest = max(tried, key=lambda sentence: (_rarity(store, sentence), sentence))
    query = _harmless(" ".join(rarest.split()[:LONGEST]))
    return Item("sentence", query, head.id, head.path, rarest)


def _sender_item(store: Store, head: Head) -> Item | None:
    document = store.document(head.id)
    if document is None or document.date is None:
        return None
    name, address = parseaddr(document.sender)
    about = telling(store, _own_words(document), 2)
    try:
        month = on_calendar(document.date, document.kind).strftime("%Y-%m")
    except (OverflowError, ValueError, OSError):
        return None
    sender = re.sub(r'["\s]+', " ", name or address).strip()
    if not sender or len(about) < 2 or document.date < 0:
        return None
    return Item("sender", f'from:"{sender}" date:{month} {" ".join(about)}', head.id, head.path)


def _own_words(document: DocumentRow) -> str:
    own = [document.text[s.start : s.end] for s in document.chunks if not s.quoted]
    return "\n".join((document.title, *own))[:20_000]


def _rarity(store: Store, sentence: str) -> float:
    seen = dict.fromkeys(words.exact(sentence).split())
    counts = store.document_frequency(seen)
    return sum(1 / (1 + count) for count in counts.values()) / max(1, len(counts))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _harmless(text: str) -> str:
    """Without what the query line would take for an operator."""
    kept = re.sub(r'["“”„«»():*|]', " ", text)
    return " ".join(word.lstrip("-+@") for word in kept.split() if word not in ("OR", "AND", "NOT"))


# -- verdict --------------------------------------------------------------------------------------------------


def _verdict(rows: Sequence[Row]) -> Iterator[str]:
    """What the figures say, in plain sentences."""
    total = {(row.mode, row.dim): row for row in rows if row.kind == ""}
    hybrid = [row for (mode, _), row in total.items() if mode == "hybrid"]
    by_words = total.get(("words", None))
    if by_words is None or not by_words.asked:
        return
    best = hybrid[0] if hybrid else by_words
    share = best.at_10 / best.asked
    grade = "Good" if share >= 0.9 else "Fair" if share >= 0.75 else "Poor"
    name = "words and meaning together" if hybrid else "words alone"
    yield (
        f"{grade}: {name} find {best.at_10} of {best.asked} known things among ten hits,"
        f" {best.at_1} at the first place."
    )
    if not hybrid:
        yield "There are no vectors to compare with: `gsearch index` makes them."
        return
    yield _compared(best, by_words)
    enough = [row for row in hybrid[1:] if row.at_5 >= best.at_5 - best.asked / 100 and row.asked >= TELLING]
    if enough:
        yield (
            f"{enough[-1].dim} dimensions would find as much as {best.dim}: "
            f"`gsearch index --dim {enough[-1].dim}` makes the vectors smaller without embedding again."
        )


def _compared(best: Row, by_words: Row) -> str:
    gained = best.at_5 - by_words.at_5
    if gained > best.asked / 100:
        return f"Meaning adds {gained} of {best.asked} to what words alone find among five."
    if gained < -best.asked / 100:
        return f"Words alone find {-gained} more among five: `--mode words`, or another embedding model."
    return "Words alone find as much of what is asked in its own words; meaning helps where you say it differently."
