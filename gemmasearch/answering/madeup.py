"""Words that a model made up. What small models say outside English is copied from the passages or it is wrong: in
place of a word they put one that does not exist ("gekängig") or says something else ("le mauvais"), and all other
words of the sentence stand in the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gemmasearch.answering import everyday, words
from gemmasearch.answering.numbers import months_in
from gemmasearch.answering.question import Question
from gemmasearch.documents import Hit
from gemmasearch.letters import unspaced

# By which an amount is told, whatever word its source has for it.
_AMOUNTS = {
    "de": "kosten kostet kostete gekostet betragen beträgt betrug belaufen beläuft insgesamt",
    "fr": "coûter coûte coûtent coûté prix montant total",
    "es": "costar cuesta cuestan costó precio importe total",
}
_LONG = 4  # letters of a word that may be a part of another by more than chance


def made_up(sentence: str, question: Question, hits: Iterable[Hit]) -> tuple[str, ...]:
    """The words of a sentence in the language of the question, if that is not English, that neither the passages nor
    the question hold, in any form."""
    language = question.language
    if language == "en" or words.guess_language(sentence) != language or unspaced(sentence):
        return ()
    telling = [t for t in words.tokens(sentence, language) if t.content and not _is_number(t.text)]
    known = _common(language).union(question.stems)
    strange = [t for t in telling if t.stem not in known]
    there = (
        [each for text in _texts(question, hits) for each in words.tokens(text, language)] if strange else []
    )
    stems = {each.stem for each in there}
    folded = {fold for each in there if each.content and len(fold := words.fold(each.text)) >= _LONG}
    return tuple(
        t.text
        for t in strange
        if t.stem not in stems and not any(words.alike(words.fold(t.text), other) for other in folded)
    )


def repeated(sentence: str, question: Question, quotes: Iterable[str]) -> bool:
    """Whether a sentence outside English has a word twice that its sources have once: what a small model makes of
    "Giulia è in quarta, la sua maestra si chiama Paola Conti" is "Giulia è in quarta, la maestra di Giulia"."""
    language = question.language
    if language == "en" or words.guess_language(sentence) == "en" or unspaced(sentence):
        return False
    there = Counter(token.stem for quote in quotes for token in words.tokens(quote, language))
    said = Counter(token.stem for token in words.tokens(sentence, language) if token.content)
    return any(times > max(1, there[stem]) for stem, times in said.items())


def _texts(question: Question, hits: Iterable[Hit]) -> Iterator[str]:
    yield question.text
    for hit in hits:
        yield " ".join((hit.text, hit.title, *hit.headings, hit.sender, hit.recipients))


def _is_number(word: str) -> bool:
    return word[0].isdigit() or bool(months_in(word.title()))


@lru_cache(maxsize=16)
def _common(language: str) -> frozenset[str]:
    amounts = (token.stem for token in words.tokens(_AMOUNTS.get(language, ""), language))
    return everyday.stems(language).union(amounts)
