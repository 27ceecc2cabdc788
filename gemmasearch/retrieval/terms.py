"""The terms of a line as the full-text index knows them: languages, MATCH expressions, and what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from gemmasearch import stopwords
from gemmasearch.retrieval.grammar import Term
from gemmasearch.retrieval.query import Query
from gemmasearch.store import Store, fts, words
from gemmasearch.store.narrow import Sought

CONTINUED = 200  # words that a beginning may stand for, the most frequent
EXACT = 0.3  # what the exact form of a word counts; its stem counts the rest. Measured: .3 to .5 are equal
NO_LANGUAGE = "zxx"  # of codes and lists of names (ISO 639-2)
ALIKE = 0.8  # what counts a word that is written together or apart where it was typed otherwise

Alike = Mapping[Term, Sequence[Term]]  # what stands for a term as well


class Counted(NamedTuple):
    """Something whose occurrences are counted in a passage; ``kind`` is exact, form, phrase or prefix."""

    text: str
    kind: str
    share: float


def languages(query: Query) -> tuple[str, ...]:
    """Whose stems a line's words may have: its own language's, and English for names and program text."""
    return tuple(dict.fromkeys((words.guess_language(query.text), "en")))


def telling(query: Query, known: Sequence[str]) -> list[Term]:
    """The terms of a line without function words, if others remain."""
    dropped = frozenset().union(*(stopwords.of(name) for name in known))
    kept = [t for t in query.terms if t.kind != "word" or not _all_in(t.text, dropped)]
    return kept or list(query.terms)


def _all_in(text: str, dropped: frozenset[str]) -> bool:
    return all(word in dropped for word in words.exact(text).split())


def expression(terms: Sequence[Term], known: Sequence[str]) -> str:
    """A MATCH expression for any of the terms."""
    return fts.any_of(matched(term, known) for term in terms)


def sought(term: Term, known: Sequence[str], alike: Sequence[Term] = ()) -> Sought:
    """One term as the store looks for it."""
    of = frozenset().union(*forms(term, known)) if term.kind == "word" else frozenset()
    joined = [form for each in alike if each.kind == "word" for group in forms(each, known) for form in group]
    return Sought(expression((term, *alike), known), of.union(joined))


def matched(term: Term, known: Sequence[str]) -> str:
    """The MATCH expression of one term."""
    if term.kind == "word":
        return fts.word(term.text, known)
    return fts.phrase(term.text, prefix=term.kind == "prefix")


def all_matched(term: Term, known: Sequence[str]) -> str:
    """The MATCH expression of one term where nothing less than all of it will do: its parts only side by side."""
    if term.kind != "word":
        return matched(term, known)
    if len(fts.searched(term.text).split()) > 1:
        return fts.any_of(fts.phrase(each) for each in (term.text, fts.joined(term.text)) if each)
    other = {words.forms(term.text, name) for name in known} - {""}
    return fts.any_of(
        (
            *(fts.phrase(each) for each in (term.text, fts.apart(term.text)) if each),
            *(fts.within(fts.FORMS, fts.quoted([o])) for o in sorted(other)),
        )
    )


def forms(term: Term, known: Sequence[str]) -> list[frozenset[str]]:
    """The words of a term, each as every indexed word that stands for it: ``POL-358`` and ``POL358`` ask for two.
    For a number also two or more stand side by side: ``1 400``."""
    exact = fts.searched(term.text).split()
    if term.kind != "word":
        return [frozenset(exact)]
    if words.unspaced(term.text):
        return [frozenset((*exact, *_stems(term.text, known)))]
    found = [group for part in _parts(exact) for group in _groups(part, known)]
    number = fts.joined(term.text)  # holds each of the groups that it is written in
    return [group | {number} for group in found] if number else found


def asked_for(
    store: Store,
    query: Query,
    telling: Sequence[Term],
    known: Sequence[str],
    alike: Alike = MappingProxyType({}),
) -> list[frozenset[str]]:
    """The words of a line, each as every indexed word that stands for it: those of alternatives are one word, and a
    beginning stands for what goes on with it."""
    of = {term: forms(term, known) for term in telling}
    for term in of:
        if term.kind == "prefix" and (beginnings := fts.searched(term.text).split()):
            found = store.vocabulary_between(beginnings[-1], len(beginnings[-1]), words.LONGEST)
            often = sorted(found, key=lambda each: (-each[1], each[0]))[:CONTINUED]
            of[term] = [frozenset((*beginnings[:-1], *(word for word, _ in often)))] if often else of[term]
    for term, others in alike.items():
        if term in of:
            standing = frozenset().union(*(_standing(store, each, known) for each in others))
            of[term] = [group | standing for group in of[term]]
    either = [[t for t in group if t in of] for group in query.required if len(group) > 1]
    alone = [form for term, own in of.items() if not any(term in group for group in either) for form in own]
    return alone + [frozenset().union(*(f for t in group for f in of[t])) for group in either if group]


def _standing(store: Store, term: Term, known: Sequence[str]) -> frozenset[str]:
    """The words that tell that a term is there; of two side by side the rarer."""
    if term.kind == "word":
        return frozenset().union(*forms(term, known))
    frequency = store.document_frequency(term.text.split())
    return frozenset({min(frequency, key=lambda word: frequency[word])})


def _groups(part: str, known: Sequence[str]) -> list[frozenset[str]]:
    pieces = words.forms(part, known[0]).split()
    if len(pieces) > 1:  # letters and digits
        # The word itself holds all of its pieces; in a document of no language they have no stems.
        plain = words.forms(part, NO_LANGUAGE).split()
        plain = plain if len(plain) == len(pieces) else pieces
        return [frozenset({*both, part, pieces[0]}) for both in zip(pieces, plain, strict=True)]
    return [frozenset(filter(None, (part, *_stems(part, known), fts.apart(part))))]


def _stems(text: str, known: Sequence[str]) -> list[str]:
    return [form for name in known for form in words.forms(text, name).split()]


def _parts(exact: Sequence[str]) -> Sequence[str]:
    """The words into which a typed one falls, without function words if others remain."""
    return [w for w in exact if w not in stopwords.everything()] or exact if len(exact) > 1 else exact


def counted(
    query: Query, terms: Sequence[Term], known: Sequence[str], alike: Alike = MappingProxyType({})
) -> list[Counted]:
    """What of the terms is counted in a passage. What a line says twice, in whatever form, counts twice."""
    said = Counter(words.fold(word) for word in query.text.split())
    shares: Counter[tuple[str, str]] = Counter()
    for text, term in {(words.fold(term.text), term.kind): term for term in terms}.items():
        for each in _counted(term, known):
            shares[each.text, each.kind] += each.share * max(1, said[text[0]])  # type: ignore[assignment]
    stand: Counter[Term] = Counter()  # what is written together stands for each of its words
    for term, others in alike.items():
        stand.update(dict.fromkeys(others, len(fts.searched(term.text).split())))
    for term, times in stand.items():
        for each in _counted(term, known):
            shares[each.text, each.kind] += ALIKE * times * each.share  # type: ignore[assignment]
    return [Counted(text, kind, share) for (text, kind), share in shares.items()]


def _counted(term: Term, known: Sequence[str]) -> list[Counted]:
    exact = fts.searched(term.text).split()
    if not exact:
        return []
    open_end = term.kind == "prefix" or (len(exact[-1]) == 1 and words.unspaced(exact[-1]))
    if open_end and len(exact) == 1:
        return [Counted(exact[0], "prefix", EXACT)]
    if term.kind == "prefix":
        return [Counted(" ".join(exact), "prefix", 1.0)]
    if term.kind != "word":
        return [Counted(" ".join(exact), "phrase", 1.0)]
    found = [Counted(part, "exact", EXACT) for part in _parts(exact)]
    if len(exact) > 1:
        found.append(Counted(" ".join(exact), "phrase", EXACT))
    stems = dict.fromkeys(_stems(term.text, known))
    if number := fts.joined(term.text):
        found.append(Counted(number, "exact", EXACT))
        stems[number] = None
    found += [Counted(number, "phrase", 1.0) for number in filter(None, map(fts.apart, exact))]
    return found + [Counted(stem, "form", 1 - EXACT) for stem in stems]
