"""Around a search: more like this, the thread of a message, other spellings, how a line was understood."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gemmasearch import stopwords
from gemmasearch.documents import Condition, Hit
from gemmasearch.retrieval import terms
from gemmasearch.retrieval.calibration import in_order
from gemmasearch.retrieval.grammar import Term
from gemmasearch.retrieval.hits import in_threads, listed
from gemmasearch.retrieval.query import LONGEST_TEXT, Query, parse
from gemmasearch.retrieval.ranking import rank
from gemmasearch.retrieval.search import found_among
from gemmasearch.store import Store, fts, words

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

TELLING = 24  # words of a text that stand for it
CONSIDERED = 300  # different words of it that are looked up
LONGEST_EDIT = 2  # letters that a corrected word may differ in
_ENDINGS = ("n", "en", "s", "es", "d", "ed", "r", "er", "e", "m", "em", "t", "st")
_SHORT = 5  # letters of a word of which another letter in the place of one makes another word: bake, bike


def similar(
    store: Store,
    embedder: Embedder | None,
    text: str,
    *,
    limit: int = 10,
    conditions: Sequence[Condition] = (),
    without: Sequence[int] = (),
) -> list[Hit]:
    """Passages like a text, by its telling words and by its meaning; nothing in it is syntax.

    Their scores are cosines (without a model: places in the ranking), for the scores of a search are the chances that
    a question is met.

    :param without: ids of documents that are left out (the text's own).
    """
    query = Query(text, tuple(Term(word) for word in telling(store, text)), text=text[:LONGEST_TEXT])
    if not query.words:
        return []
    own = [Condition("document", "is", id, negated=True) for id in without]
    ranking = rank(store, embedder, query, mode="hybrid", conditions=[*conditions, *own])
    found = found_among(store, ranking, limit=limit, per_document=1)
    alike = in_order([max(0.0, ranking.cosine.get(hit.chunk_id, 0.0)) for hit in found])
    if "meaning" in ranking.asked:
        found = [replace(hit, score=score) for hit, score in zip(found, alike, strict=True)]
    return in_threads(store, found[:limit])


def telling(store: Store, text: str, count: int = TELLING) -> list[str]:
    """The words that set a text apart: frequent in it, rare in the index (tf-idf)."""
    seen = Counter(words.exact(text).split())
    for word in stopwords.everything():
        del seen[word]
    frequency = store.document_frequency([word for word, _ in seen.most_common(CONSIDERED)])
    total = store.chunk_count()
    weight = {w: seen[w] * math.log(1 + total / df) for w, df in frequency.items() if df}
    return sorted(weight, key=lambda w: (-weight[w], w))[:count]


def thread(store: Store, document_id: int) -> list[Hit]:
    """Every message of a message's conversation, oldest first; the document alone if it has none."""
    rows = store.passages(store.first_chunks(store.thread(document_id)))
    rows.sort(key=lambda row: (row.date if row.date is not None else row.mtime, row.chunk_id))
    return in_threads(store, [listed(row) for row in rows])


def did_you_mean(store: Store, line: str) -> str:
    """The line with words that stand nowhere in the index replaced by the nearest that do; "" without any.

    Where other words of the line are known, it must stand in a passage with one of them: a word that is merely
    nowhere has neighbours, too. One that is frequent in English at large is no slip: files that never say "cool" may
    say "Col".
    """
    from gemmasearch.models.static import is_frequent  # seldom needed

    better = line
    query = parse(line)
    for term in query.terms:
        word = term.text.strip("?!.,;:")
        if term.kind != "word" or not word.isalpha() or not word.isascii() or len(word) < 4:
            continue
        folded = words.fold(word)
        if folded in stopwords.everything() or folded in stopwords.ASKING:
            continue
        forms = (folded, *(words.stem(folded, language) for language in terms.languages(query)))
        if not any(map(store.occurs, forms)) and not is_frequent(folded):
            nearest = _nearest_word(store, folded, _beside(store, term, query))
            better = better.replace(word, nearest) if nearest else better
    return better if better != line else ""


def _beside(store: Store, term: Term, query: Query) -> str:
    """A MATCH expression for any other telling word of a line; "" where none of them is known."""
    known = terms.languages(query)
    others = terms.expression([each for each in terms.telling(query, known) if each != term], known)
    return others if others and store.match(others, 1) else ""


def _nearest_word(store: Store, word: str, beside: str) -> str:
    known = store.vocabulary_between(word[0], len(word) - LONGEST_EDIT, len(word) + LONGEST_EDIT)
    allowed = 1 if len(word) < 8 else LONGEST_EDIT
    near = [
        (d, -df, term)
        for term, df in known
        if term not in stopwords.everything()
        and (d := _distance(word, term, allowed)) <= allowed
        and (d == 1 or word[-1] == term[-1])  # a passport is no slip for a password
        and (len(word) > _SHORT or _has_its_letters(word, term))
        and not _is_form(word, term)
    ]
    asked = ((term, fts.all_of((fts.phrase(term), beside))) for _, _, term in sorted(near))
    return next((term for term, expression in asked if store.match(expression, 1)), "")  # no stem


def _has_its_letters(word: str, other: str) -> bool:
    """Whether two words have the same letters, but for one that one of them has more."""
    return len(other) > 3 and (len(word) != len(other) or sorted(word) == sorted(other))


def _is_form(word: str, other: str) -> bool:
    """Whether a word is another one with an ending: stolen, stole. "policiess" has a letter too many."""
    ending = word.removeprefix(other)
    return ending in _ENDINGS and word[-1] != word[-2]


def _distance(one: str, other: str, most: int) -> int:
    """Edits between two words, swapped neighbours counting one (Damerau); more than ``most`` = most + 1."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
