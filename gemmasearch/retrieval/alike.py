"""What stands for a typed word as well: written together or apart, with or without a hyphen or an apostrophe (which
make two words of it in the index), a number in other groups, a day in another notation, an umlaut written out, and
the stem that it has in the language of the passages where the line alone does not say its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from gemmasearch import light, stopwords
from gemmasearch.retrieval.grammar import Term
from gemmasearch.retrieval.query import Query
from gemmasearch.retrieval.terms import matched
from gemmasearch.store import Store, fts, words
from gemmasearch.store.narrow import FEW

SHORT = 6  # words of a line at most: of a longer one others are found; measured on long ones, it takes what it gives
JOINED = 5  # letters of a word that two typed ones make together, at least
HALF = 3  # letters of each half of a word that may be written apart, at least …
BOTH = 7  # … and of both together
DIGITS = 6  # digits of a number that may be written in other groups, at least
LONGEST_NUMBER = 34  # characters, of an IBAN
PIECES = 9  # groups of a number at most
TRIES = 40  # ways to cut a number into groups that stand in the index, the fewest groups first
SAMPLE = 20  # passages that tell in which language a word is used
OFTEN = 1000  # passages that hold a word which finds enough by itself
LINKED = frozenset(
    {"de", "nl", "da", "sv", "no", "nb", "nn"}
)  # an s may stand between the parts of a compound
UMLAUTS = frozenset({"de"})
_A_YEAR = light.pattern(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_MARKED = light.pattern(r"[^\W\d_]+(?:[-\u2010\u2011'\u2019][^\W\d_]+)+")  # e-mail, O'Brien, mother-in-law
_MARKS = light.pattern(r"[-\u2010\u2011'\u2019]")
# Without the apostrophe they would be other words (well, ill, its) or names.
_SHORTENED = light.pattern(r".*['\u2019](?:s|d|m|ll|re|em)", re.IGNORECASE)
# English words with an apostrophe that are often typed without it, by what stands before the t.
_NOT = frozenset(
    {
        *("ain", "aren", "can", "couldn", "didn", "doesn", "don", "hadn", "hasn", "haven", "isn", "mustn"),
        *("needn", "shan", "shouldn", "wasn", "weren", "won", "wouldn"),
    }
)
# Letters before a hyphen or an apostrophe (e-mail, O'Brien, x-ray); the others only for a word that is nowhere, as
# many a word stands behind an apostrophe ("he'd rank").
_LONE, _LONE_OF_NONE = frozenset("eox"), frozenset("bcfghjklnpqruvwyz")
LONG = 4  # letters of a word that may be written with a hyphen behind the first one or two, at least
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue"}
_DIGRAPH = light.pattern(r"(?<![aeq])([aou])e")


class _Typed(NamedTuple):
    term: Term
    word: str  # as it is indexed


def standing_for(store: Store, query: Query, known: Sequence[str]) -> dict[Term, list[Term]]:
    """What stands for the terms of a line as well, by each term that it stands for; nothing for a long line."""
    found: dict[Term, list[Term]] = {}
    dated: set[Term] = set()
    for terms, others in _days(store, query.words):
        dated.update(terms)
        for term in terms:
            found.setdefault(term, []).extend(others)
    if len(query.words) > SHORT:
        return found
    typed = [
        _Typed(t, word) for t in query.words if t.kind == "word" for word in fts.searched(t.text).split()
    ]
    untold = _is_untold(typed, known)
    for terms, other in _together(store, typed, known):
        for term in terms:
            found.setdefault(term, []).append(other)
    for term in dict.fromkeys(one.term for one in typed):
        if unmarked := _unmarked(store, term, known):
            found.setdefault(term, []).append(unmarked)
    for one in typed:
        others = [*_apart(store, one.word, known), *_umlauts(store, one)]
        others = others or _marked(store, one.term, known)
        others += _stems(store, one.word, known) if untold else ()
        if others:
            found.setdefault(one.term, []).extend(others)
    for terms, other in _numbers(store, [term for term in query.words if term not in dated]):
        for term in terms:
            found.setdefault(term, []).append(other)
    return {term: list(dict.fromkeys(others)) for term, others in found.items()}


def _is_untold(typed: Sequence[_Typed], known: Sequence[str]) -> bool:
    """Whether a line does not say in which language it is: English is guessed, and no word of it is only English."""
    return tuple(known) == ("en",) and not any(word in stopwords.of("en") for _, word in typed)


def _together(
    store: Store, typed: Sequence[_Typed], known: Sequence[str]
) -> Iterator[tuple[tuple[Term, ...], Term]]:
    """Two neighbours that the index has as one word: ``Backofen Temperatur``, ``e-mail``, ``Wartung Vertrag``."""
    for one, other in pairwise(typed):
        if not (_joins(one.word, known) and _joins(other.word, known)):
            continue
        joined, linked = one.word + other.word, f"{one.word}s{other.word}"
        if len(joined) < JOINED:
            continue
        terms = tuple(dict.fromkeys((one.term, other.term)))
        # Not by its stem, which may be that of the first word.
        if store.occurs(joined):
            yield terms, Term(joined)
        if len(one.word) > 1 and store.occurs(linked) and _is_used_in(store, linked, LINKED):
            yield terms, Term(linked)


def _joins(word: str, known: Sequence[str]) -> bool:
    """Whether a word may be a part of a longer one, or be made of two: no function word, and letters with spaces
    between words. A lone letter is a function word in English only: the one of "e mail" would be Italian."""
    said = known if len(word) > 1 else ("en",)
    return (
        word.isalpha() and not words.unspaced(word) and not any(word in stopwords.of(name) for name in said)
    )


def _unmarked(store: Store, term: Term, known: Sequence[str]) -> Term | None:
    """A word typed with a hyphen or an apostrophe, written without it: ``wi-fi``, ``co-operation``, ``don't``."""
    if not _MARKED.fullmatch(term.text) or _SHORTENED.fullmatch(term.text):
        return None
    word = words.exact(_MARKS.sub("", term.text))
    return Term(word) if _joins(word, known) and store.occurs(word) else None


def _marked(store: Store, term: Term, known: Sequence[str]) -> list[Term]:
    """A rare word typed without the hyphen or the apostrophe that the files write in it, which made two of it in the
    index: ``wifi``, ``cooperation``, ``obrien``, ``dont``. By their places alone: the index has no hyphens."""
    word = fts.searched(term.text)
    if not word.isalpha() or words.unspaced(word) or store.occurs(word, FEW):
        return []
    if word[:-1] in _NOT and word[-1] == "t":
        pairs = [(word[:-1], "t")]
    else:
        lone = _LONE if store.occurs(word) else _LONE | _LONE_OF_NONE
        pairs = [(word[:1], word[1:])] if word[0] in lone and len(word) >= LONG else []
        pairs += [(word[:2], word[2:])] if len(word) >= LONG else []
        pairs = [(one, other) for one, other in pairs if _joins(one, known) and _joins(other, known)]
    there = [
        Term(f"{one} {other}", "phrase") for one, other in pairs if store.occurs(one) and store.occurs(other)
    ]
    return list(islice((term for term in there if _stands(store, term)), 1))


def _apart(store: Store, word: str, known: Sequence[str]) -> list[Term]:
    """The two words that stand side by side in the index where a rare one is written apart (``database``); of several
    the rarest."""
    if len(word) < BOTH or not _joins(word, known) or store.occurs(word, FEW):
        return []
    halves = [(word[:at], word[at:]) for at in range(HALF, len(word) - HALF + 1)]
    halves = [pair for pair in halves if all(_joins(half, known) for half in pair)]
    halves = [(one, other) for one, other in halves if store.occurs(one) and store.occurs(other)]
    there = [Term(f"{one} {other}", "phrase") for one, other in halves]
    return list(islice((term for term in there if _stands(store, term)), 1))


def _umlauts(store: Store, typed: _Typed) -> list[Term]:
    """A word with its umlauts written out where it was typed with them (``Müller``), or the other way."""
    text = typed.term.text.lower()
    out = words.exact("".join(_WRITTEN_OUT.get(letter, letter) for letter in text))
    if out != words.exact(text):
        return [Term(out)] if " " not in out and store.occurs(out) else []
    within = _DIGRAPH.sub(r"\1", typed.word)
    if len(within) == len(typed.word) or len(within) < JOINED - 1 or not store.occurs(within):
        return []
    return [Term(within)] if _is_used_in(store, within, UMLAUTS) else []


def _stems(store: Store, word: str, known: Sequence[str]) -> list[Term]:
    """The stems of a word in the languages of the passages that hold it, or that hold its stem if none does."""
    if not word.isalpha() or words.unspaced(word):
        return []
    if store.occurs(word, OFTEN):
        return []
    own = {form for name in known for form in words.forms(word, name).split()} | {word}
    stems = {name: stem for name in stopwords.LANGUAGES if (stem := words.stem(word, name)) not in own}
    occurring = store.occurring(stems.values())
    there = {name: stem for name, stem in stems.items() if stem in occurring}
    spoken = _languages(store, fts.phrase(word)) if there else []
    found = []
    for name, stem in there.items():
        of = spoken or _languages(store, fts.within(fts.FORMS, fts.quoted([stem])))
        if 2 * of.count(name) >= len(of):
            found.append(Term(stem))
    return found


def _days(store: Store, terms: Sequence[Term]) -> Iterator[tuple[tuple[Term, ...], list[Term]]]:
    """Days and months as the index has them in other notations."""
    if not any(map(_A_YEAR.search, (term.text for term in terms))):
        return
    from gemmasearch.retrieval import days

    for some, day in days.named(terms):
        typed = " ".join(fts.searched(term.text) for term in some)
        there = (text for text in days.notations(day) if text != typed and store.occurs(text))
        yield some, [Term(text, "phrase") for text in there]


def _numbers(store: Store, terms: Sequence[Term]) -> Iterator[tuple[tuple[Term, ...], Term]]:
    """Numbers as the index has them in other groups, or in one: telephone, account and policy numbers."""
    numeric = groupby((t for t in terms if t.kind == "word"), key=lambda t: any(map(str.isdigit, t.text)))
    for run in (tuple(dict.fromkeys(of)) for is_numeric, of in numeric if is_numeric):
        for some in dict.fromkeys((run, *((each,) for each in run))):
            other = _regrouped(store, some)
            if other:
                yield some, other
                break


def _regrouped(store: Store, terms: Sequence[Term]) -> Term | None:
    """The number that some neighbouring terms make, as it stands in the index in other groups; None = it does not."""
    typed = " ".join(fts.searched(term.text) for term in terms)
    number = typed.replace(" ", "")
    if not (number.isascii() and sum(map(str.isdigit, number)) >= DIGITS) or len(number) > LONGEST_NUMBER:
        return None
    for each in dict.fromkeys((number, *_dialled(number))):
        if each != typed and store.occurs(each):
            return Term(each)
        for pieces in islice(_cuts(store, each), TRIES):
            term = Term(" ".join(pieces), "phrase")
            if term.text != typed and _stands(store, term):
                return term
    return None


def _dialled(number: str) -> Iterator[str]:
    """A telephone number from abroad and from within the country: ``0049 4464 …``, ``04464 …``, ``4464 …``."""
    bare = number.lstrip("0")
    if len(bare) < DIGITS or not bare.isdigit():
        return
    if bare != number:
        yield bare
    if not number.startswith("0") or number.startswith("00"):
        yield from (f"0{bare[code:].lstrip('0')}" for code in (1, 2, 3) if len(bare) - code >= DIGITS)


def _cuts(store: Store, number: str) -> Iterator[tuple[str, ...]]:
    """The ways to cut a number into words that stand in the index, the fewest words first."""
    spans = {(i, j): number[i:j] for i in range(len(number)) for j in range(i + 1, len(number) + 1)}
    occurring = store.occurring(spans.values())
    ends = {i: [j for j in range(len(number), i, -1) if spans[i, j] in occurring] for i in range(len(number))}
    reach = _reach(ends, len(number))
    for count in range(2, PIECES + 1):
        yield from _cut(number, ends, reach, 0, count)


def _reach(ends: dict[int, list[int]], length: int) -> list[set[int]]:
    """For each place of a number in how many words the rest of it can be cut."""
    reach: list[set[int]] = [set() for _ in range(length)] + [{0}]
    for at in range(length - 1, -1, -1):
        reach[at] = {count + 1 for end in ends[at] for count in reach[end] if count < PIECES}
    return reach


def _cut(
    number: str, ends: dict[int, list[int]], reach: Sequence[set[int]], at: int, count: int
) -> Iterator[tuple[str, ...]]:
    if not count:
        yield ()
        return
    for end in ends.get(at, ()):
        if count - 1 in reach[end]:
            for rest in _cut(number, ends, reach, end, count - 1):
                yield (number[at:end], *rest)


def _stands(store: Store, term: Term) -> bool:
    return bool(store.match(matched(term, ()), 1))


def _is_used_in(store: Store, word: str, languages: Iterable[str]) -> bool:
    """Whether a word, as it is written, stands in a passage in one of some languages."""
    return not frozenset(languages).isdisjoint(_languages(store, fts.phrase(word)))


def _languages(store: Store, expression: str) -> list[str]:
    """The languages of some passages that match."""
    ids = [id for id, _ in store.match(expression, SAMPLE)] if expression else []
    return [each.language or words.guess_language(each.text) for each in store.readings(ids)]
