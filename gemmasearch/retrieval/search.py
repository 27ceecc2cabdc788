"""One search: words and meaning under the same filters, fused, rolled up to documents, shown as hits."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gemmasearch.documents import Condition, Hit
from gemmasearch.errors import UsageProblem
from gemmasearch.retrieval import (
    calibration,
    pool,
    quotes,
    terms,
)
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.grammar import Term, says
from gemmasearch.retrieval.hits import collapsed, in_threads, listed, of_group
from gemmasearch.retrieval.query import TEXT, Query, parse
from gemmasearch.retrieval.ranking import POOL, Ranking, rank
from gemmasearch.store import Store, fts
from gemmasearch.store.keys import clean

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

MODES = ("hybrid", "words", "meaning")
EVERY = 1 << 40  # more documents than there are
SPARE = 3  # candidates looked at per hit wanted, so that twins leave no gap
CROWD = 4  # candidates looked at per candidate wanted, where quotations stand between them
QUOTED = 0.7  # what is left of the score of a quoted reply
NOTHING = '""'  # a full-text expression that no passage matches

Bound = Callable[[float], float]


def search(
    store: Store,
    embedder: Embedder | None,
    line: str,
    *,
    mode: str = "hybrid",
    limit: int = 10,
    per_document: int = 2,
    conditions: Sequence[Condition] = (),
    collapse: bool = True,
    bound: Bound | None = None,
    judged: bool = True,
) -> list[Hit]:
    """The best passages for a line of the query language, best first; [] if nothing matches.

    ``judged`` = False leaves it to the caller to say that none of them is relevant.

    ``bound`` gives, from the first hit's score, the lowest that is shown; what holds all rare words of the line is
    shown whatever its score. The hits for a smaller ``limit`` are the first of those for a larger one.

    Near-duplicate passages are one hit that names its other places, unless ``collapse`` is false.

    ``hybrid`` needs an embedder of the index's active space and goes by words alone without one; ``words`` never
    touches it. Filters alone list documents, newest first.

    :raises UsageProblem: an unknown mode, or ``meaning`` without an embedder of the index's space.
    """
    if mode not in MODES:
        raise UsageProblem(f"there is no mode {mode!r}", "hybrid, words or meaning")
    query = parse(line)
    wanted = _texts((*query.conditions, *conditions), terms.languages(query))
    with store.snapshot():
        filters = (*_placed(store, _threads(store, wanted)), *_text_conditions(query))
        if not any(says(term.text) for term in query.terms):
            return _listing(store, filters, limit) if filters else []
        ranking = rank(store, embedder, query, mode=mode, conditions=filters)
        collapse = collapse and not _asks_for_quotations(filters)
        found = hits(
            store,
            ranking,
            limit=limit,
            per_document=per_document,
            collapse=collapse,
            bound=bound,
            judged=judged,
        )
        if query.open and len(found) < limit:
            known = {hit.document_id for hit in found}
            rest = _listing(store, filters, limit + len(known))
            found += [hit for hit in rest if hit.document_id not in known][: limit - len(found)]
        return found


def documents_that_match(store: Store, line: str) -> list[int]:
    """Every document under the filters of a line that has a passage with all of its words; [] for an empty line."""
    query = parse(line)
    languages = terms.languages(query)
    expressions = [e for e in (terms.all_matched(term, languages) for term in query.words) if e]
    words_too = [Condition("words", "match", e) for e in expressions]
    conditions = _placed(store, _threads(store, _texts(query.conditions, languages)))
    filters = (*conditions, *_text_conditions(query), *words_too)
    if not filters:
        return []
    return sorted(set(store.documents_of(store.listing(filters, EVERY)).values()))


def _asks_for_quotations(conditions: Sequence[Condition]) -> bool:
    """Who does wants to see each of them."""
    return any(
        c.field == "quoted" or any(map(_asks_for_quotations, c.branches)) for c in conditions if not c.negated
    )


def hits(
    store: Store,
    ranking: Ranking,
    *,
    limit: int,
    per_document: int,
    collapse: bool = True,
    bound: Bound | None = None,
    judged: bool = True,
) -> list[Hit]:
    """The candidates of the best documents, at most ``per_document`` of each; none where nothing is relevant, if that
    is ``judged``.
    """
    among = partial(found_among, store, ranking, limit=limit, per_document=per_document, collapse=collapse)
    found = _scored(among(), ranking, judged)[:limit]
    least = bound(found[0].score) if bound and found else 0.0
    if found and found[-1].score < least:
        found = [hit for hit in found if hit.score >= least]  # scores never rise: the first of them
        known = {hit.chunk_id for hit in found}
        rest = [hit for hit in among(only=_holding(store, ranking)) if hit.chunk_id not in known]
        found += _with_chances(rest, ranking, least)[: limit - len(found)]
    return in_threads(store, found)


def _holding(store: Store, ranking: Ranking) -> set[int]:
    """The candidates that hold every rare word of the line."""
    groups = calibration.rarest(ranking.rarity)
    expression = fts.all_of(map(fts.any_word, groups))
    return {id for id, _ in store.match(expression, POOL)} if expression else set()


def found_among(
    store: Store,
    ranking: Ranking,
    *,
    limit: int,
    per_document: int,
    collapse: bool = True,
    only: Set[int] | None = None,
) -> list[Hit]:
    """The same before they are judged, with their place in the ranking as score, and a few more to judge them by."""
    wanted = max(limit, calibration.AMONG) * (SPARE if collapse else 2)
    choose = partial(_chosen, store, wanted=wanted, per_document=per_document, only=only)
    considered, quoted, enough = choose(ranking.best)
    if not enough and (rest := ranking.others()):
        # Those that were read have scores of 0 or more, quoted or not, and come first.
        others = [f._replace(score=f.score - 1) for f in pool.settled(store, rest)]
        considered, quoted, _ = choose((*ranking.best, *others))
    passages = {p.chunk_id: p for p in store.passages([f.chunk_id for f in considered])}
    ranked = [(f, passages[f.chunk_id]) for f in considered if f.chunk_id in passages]
    most = limit + calibration.AMONG - 1
    if not collapse:
        groups = [[pair] for pair in ranked]
    elif quoted:
        groups = quotes.together(collapsed(ranked, len(ranked)), ranking.sought)
    else:
        groups = collapsed(ranked, most)
    return [of_group(group, ranking.sought) for group in groups[:most]]


def _chosen(
    store: Store, fused: Sequence[Fused], *, wanted: int, per_document: int, only: Set[int] | None
) -> tuple[list[Fused], set[int], bool]:
    """The first ``wanted`` of the candidates as :func:`_considered` counts them, those of all that are quoted, and
    whether there are so many."""
    known = store.documents_of([f.chunk_id for f in fused])
    quoted = store.quoted_among(known)
    chosen = roll_up(_demoted(fused, quoted), known, per_document)
    if only is not None:
        chosen = [f for f in chosen if f.chunk_id in only]
    considered = _considered(chosen, quoted, wanted)
    own = sum(f.chunk_id not in quoted for f in considered)
    return considered, quoted, own == wanted or len(considered) == wanted * CROWD


def _scored(found: Sequence[Hit], ranking: Ranking, judged: bool = True) -> list[Hit]:
    """The hits with the chance that they are what was asked for; none where nothing is, if that is ``judged``.

    What words alone found stands there, and of a space that was not measured, or of passages that have no vector
    (quotations, what is new), nothing is known: none of these is refused.
    """
    shown = [calibration.figures(hit, ranking.rarity, ranking.cosine) for hit in found]
    space, known = _weights(ranking, shown)
    if judged and "meaning" in ranking.asked and calibration.measured(space):
        spoken = {hit.language or ranking.language for hit in found[: calibration.AMONG]}
        length = len(ranking.rarity) if ranking.language in spoken else 1
        chance = calibration.by_chance(space, ranking.dim, ranking.passages, ranking.cosine.values())
        if calibration.nothing(known, shown, length, chance):
            return []
    scores = calibration.scores(known, shown)
    return [replace(hit, score=score) for hit, score in zip(found, scores, strict=True)]


def _weights(ranking: Ranking, shown: Sequence[calibration.Figures]) -> tuple[str, calibration.Weights]:
    """The space whose cosines tell something of these hits ("" = none has a vector), and what its figures weigh."""
    space = ranking.space if any(cosine for _, _, cosine in shown[: calibration.AMONG]) else ""
    return space, calibration.weights(space, ranking.query.text, ranking.language)


def _with_chances(found: Sequence[Hit], ranking: Ranking, most: float) -> list[Hit]:
    """The hits with their chances, which are not above what stands before them."""
    shown = [calibration.figures(hit, ranking.rarity, ranking.cosine) for hit in found]
    scores = [min(most, score) for score in calibration.scores(_weights(ranking, shown)[1], shown)]
    return [replace(hit, score=score) for hit, score in zip(found, scores, strict=True)]


def _demoted(fused: Sequence[Fused], quoted: Set[int]) -> list[Fused]:
    """What was quoted ranks below the same words in a message of its own."""
    if not quoted:
        return list(fused)
    lowered = [f._replace(score=f.score * QUOTED) if f.chunk_id in quoted else f for f in fused]
    return sorted(lowered, key=lambda f: -f.score)


def _considered(chosen: Sequence[Fused], quoted: Set[int], wanted: int) -> list[Fused]:
    """The first ``wanted``, and so many quotations among them that these crowd nobody out."""
    found: list[Fused] = []
    own = 0
    for candidate in chosen[: wanted * CROWD]:
        if own == wanted:
            break
        own += candidate.chunk_id not in quoted
        found.append(candidate)
    return found


def roll_up(fused: Sequence[Fused], document_of: Mapping[int, int], per_document: int) -> list[Fused]:
    """The first passages of each document. What a document's other passages add is in the scores already: a bonus
    here would put every document of one passage behind all longer ones."""
    taken: Counter[int] = Counter()
    chosen = []
    for candidate in fused:
        document = document_of.get(candidate.chunk_id)
        if document is not None and taken[document] < per_document:
            taken[document] += 1
            chosen.append(candidate)
    return chosen


def _listing(store: Store, conditions: Sequence[Condition], limit: int) -> list[Hit]:
    rows = store.passages(store.listing(conditions, limit))
    return in_threads(store, [listed(row) for row in rows])


def _threads(store: Store, conditions: Sequence[Condition]) -> list[Condition]:
    """``thread:c12`` or ``thread:<message id>`` becomes the documents of that conversation."""
    found: list[Condition] = []
    for condition in conditions:
        if condition.field != "thread":
            branches = tuple(tuple(_threads(store, branch)) for branch in condition.branches)
            found.append(replace(condition, branches=branches))
            continue
        name = str(condition.value).strip("<>")
        handle = re.fullmatch(r"c(\d{1,18})", name)
        of = store.documents_of([int(handle[1])]).values() if handle else store.with_message_id(clean(name))
        ids = sorted({id for first in of for id in store.thread(first)})
        found += [replace(condition, field="document", value=id) for id in ids or [-1]]
    return found


def _placed(store: Store, conditions: Sequence[Condition]) -> list[Condition]:
    """``in:`` and ``path:`` with a whole path that is indexed by another name have that name."""
    found: list[Condition] = []
    for condition in conditions:
        branches = tuple(tuple(_placed(store, branch)) for branch in condition.branches)
        condition = replace(condition, branches=branches)
        place = str(condition.value) if condition.field in ("in", "path") else ""
        place = "" if "\0" in place else os.path.expanduser(place)  # no path holds a null
        if os.path.isabs(place):
            condition = replace(condition, value=_known_as(store, os.path.normpath(place)) or condition.value)
        found.append(condition)
    return found


def _known_as(store: Store, place: str) -> str:
    """The name of a path in the index if that is another one; "" = it is not, or nobody knows the path."""
    known = [root.path for root in store.roots()]
    if any(f"{each}/".startswith(f"{place}/") or f"{place}/".startswith(f"{each}/") for each in known):
        return ""
    from gemmasearch.aliases import known_as  # seldom needed
    from gemmasearch.reach import asked

    name = asked(lambda: known_as(place, known), place)
    return name if name != place else ""


def _texts(conditions: Sequence[Condition], languages: Sequence[str]) -> list[Condition]:
    """Terms that stand among filters become conditions on the words of a passage."""
    found = []
    for condition in conditions:
        if condition.field == TEXT:
            expression = terms.all_matched(Term(str(condition.value), condition.op), languages)
            condition = Condition("words", "match", expression or NOTHING, condition.negated)
        branches = tuple(tuple(_texts(branch, languages)) for branch in condition.branches)
        found.append(replace(condition, branches=branches))
    return found


def _text_conditions(query: Query) -> list[Condition]:
    """Required and excluded terms hold for the meaning as well, so they are filters."""
    known = terms.languages(query)
    required = [fts.any_of(terms.all_matched(term, known) for term in group) for group in query.required]
    excluded = [fts.phrase(term.text, prefix=term.kind == "prefix") for term in query.excluded]
    return [Condition("words", "match", e) for e in required if e] + [
        Condition("words", "match", e, negated=True) for e in excluded if e
    ]
