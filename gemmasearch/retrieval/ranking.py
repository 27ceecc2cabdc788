"""Candidates of one search in their order: words and meaning asked, fused, and the best of both read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from gemmasearch.documents import Condition
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.retrieval import calibration, fusion, lexical, pool, reranking, terms
from gemmasearch.retrieval.alike import standing_for
from gemmasearch.retrieval.calibration import Rarity
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.query import Query
from gemmasearch.retrieval.terms import Counted
from gemmasearch.store import Store, fts
from gemmasearch.store.keys import clean
from gemmasearch.store.rows import SpaceRow

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder

POOL = 1000  # candidates taken from each list …
NEAR = 700  # … and by meaning beside words; measured: as good as 1,000
RANKED_BESIDE = 4000  # passages scored by words beside a list by meaning; measured: as good as twice as many
NAMING = 4  # words of a line, without function words, that may name what is looked for
NAMED = 5  # passages with a word that names something


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates of one search, before they become hits: the best that were read, in order, and what gives the
    others, whose equals have no order. ``asked`` names the sides that answered."""

    query: Query
    best: tuple[Fused, ...]
    others: Callable[[], Sequence[Fused]]
    asked: tuple[str, ...]
    sought: frozenset[str]
    rarity: Rarity = ()
    space: str = ""
    cosine: Mapping[int, float] = field(default_factory=dict)
    language: str = "en"
    dim: int = 0  # of the space
    passages: int = 0  # in the index


def rank(
    store: Store, embedder: Embedder | None, query: Query, *, mode: str, conditions: Sequence[Condition]
) -> Ranking:
    """Ask words and meaning as ``mode`` says, and bring what they answer into one order."""
    known = terms.languages(query)
    telling = terms.telling(query, known)
    alike = standing_for(store, query, known)
    space = store.active_space() if mode != "words" else None
    vector = _vector(embedder, space, query.text)
    if mode == "meaning" and vector is None:
        raise UsageProblem(
            "searching by meaning needs the model that the index was embedded with",
            "`gsearch search --mode words`, or `gsearch index` with the model at hand",
        )
    by_words = by_meaning = None
    if vector is not None and mode == "hybrid" and not conditions:
        store.begin_nearest(vector, NEAR)
    if mode != "meaning":
        sought = [terms.sought(term, known, alike.get(term, ())) for term in telling]
        by_words = store.match_any(sought, POOL, conditions, ranked=None if vector is None else RANKED_BESIDE)
    if vector is not None:
        near = reranking.READ if mode == "meaning" else NEAR
        by_meaning = store.nearest(vector, near, conditions) if vector.any() else []
    weight = fusion.meaning_weight(space.name, known[0]) if space else 0.0
    forms = terms.asked_for(store, query, telling, known, alike)
    rarity = calibration.rarity(store, forms)
    sides = (by_words, by_meaning)
    read = reranking.READ_BY_WORDS if vector is None else reranking.READ
    first, others = pool.in_order(store, fusion.fuse(by_words, by_meaning, weight), sides, read)
    asked = tuple(name for name, found in zip(("words", "meaning"), sides, strict=True) if found is not None)
    counted = terms.counted(query, telling, known, alike)
    abroad = space is not None and fusion.is_abroad(space.name, known[0])
    frequency = _frequency(store, counted, forms)
    best, cosines = _reordered(store, first, asked, counted, frequency, vector, weight, abroad)
    if len(asked) > 1 and len(telling) <= NAMING:
        best = reranking.named(best, _naming(store, rarity))
    # By meaning alone the others are looked for when they are wanted: few lists are so long.
    rest: Callable[[], Sequence[Fused]] = partial(tuple, others)
    if by_words is None and vector is not None:
        rest = partial(_farther, store, vector, conditions, first)
    return Ranking(
        query,
        tuple(best),
        rest if best else tuple,
        asked,
        frozenset().union(*forms, *(each.text.split() for others in alike.values() for each in others)),
        rarity,
        space.name if space and vector is not None else "",
        cosines,
        known[0],
        space.dim if space else 0,
        store.chunk_count(),
    )


def _farther(
    store: Store, vector: np.ndarray, conditions: Sequence[Condition], nearest: Sequence[Fused]
) -> list[Fused]:
    """The neighbours of a vector behind the ``nearest``."""
    known = {f.chunk_id for f in nearest}
    found = fusion.fuse(None, store.nearest(vector, POOL, conditions), 1.0)
    return [f for f in found if f.chunk_id not in known]


def _frequency(store: Store, counted: Sequence[Counted], forms: Sequence[frozenset[str]]) -> dict[str, int]:
    """How many passages hold each word of what is counted. :param forms: the words that stand for one."""
    found = store.frequency_of(forms)
    return found | store.document_frequency({word for c in counted for word in c.text.split()} - found.keys())


def _naming(store: Store, rarity: Rarity) -> dict[int, float]:
    """Chunk id -> the share that it holds of a line's rarest words, by their rarity, where these stand in a few
    passages: names, numbers, what one looks up."""
    held: dict[int, float] = {}
    total = 0.0
    for forms, weight in rarity:
        if 0 < max(store.frequency_of((forms,)).values()) <= NAMED:
            total += weight
            for id, _ in store.match(fts.any_word(forms), NAMED * len(forms)):
                held[id] = held.get(id, 0.0) + weight
    return {id: weight / total for id, weight in held.items()}


def _vector(embedder: Embedder | None, space: SpaceRow | None, text: str) -> np.ndarray | None:
    """Of the line, in the space that searches use; zero where it has nothing that the model knows."""
    if embedder is None or space is None or embedder.space.key != space.key or not text.strip():
        return None
    vector: np.ndarray = embedder.embed_queries([clean(text)])[0]
    return vector


def _reordered(
    store: Store,
    first: Sequence[Fused],
    asked: Sequence[str],
    counted: Sequence[Counted],
    frequency: Mapping[str, int],
    vector: np.ndarray | None,
    weight: float,
    abroad: bool,
) -> tuple[list[Fused], dict[int, float]]:
    """The first candidates, read and ordered anew; and the cosines."""
    ids = [f.chunk_id for f in first]
    only_meaning = asked == ("meaning",)
    readings = [] if only_meaning else store.readings(ids)
    if only_meaning:
        documents = store.documents_of(ids)
        document_of = {id: documents[id] for id in store.in_order(ids)}
    else:
        document_of = {reading.chunk_id: reading.document_id for reading in readings}
    cosines: dict[int, float] = {}
    if not document_of:
        return [], cosines
    vectors = None
    if vector is not None and vector.any():
        there = list(document_of)
        vectors = reranking.Vectors(there, store.vectors_of(there), vector, abroad)
        cosines = dict(zip(there, (vectors.rows @ vector).tolist(), strict=True))
    if vectors is not None and only_meaning:
        best = reranking.by_meaning(vectors, document_of)
    else:
        candidates = lexical.Candidates(readings)
        words = candidates.scores(counted, lexical.idf(counted, store.chunk_count(), frequency))
        if vectors is not None:
            best = reranking.both(candidates, words, vectors, weight)
        else:
            best = reranking.by_words(words)
    return best, cosines
