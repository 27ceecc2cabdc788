"""Two questions in one: "when was the boiler serviced and who did it" is answered by two sentences, each of which
says little of the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gemmasearch import light
from gemmasearch.answering import awaited, evidence, prices, secrets, spans, words
from gemmasearch.answering.holding import held_by
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.reference import SPEAKS_BACK
from gemmasearch.answering.sentences import split
from gemmasearch.documents import Evidence

_ASKS = (
    r"(?:how|when|what|who|whom|whose|where|why|which|wie|wieviel|wann|was|wer|wem|wen|wo|woher|wohin|warum|wieso"
    r"|welche[mnrs]?|combien|quand|qui|où|pourquoi|quel(?:le)?s?|cuándo|cuánt[oa]s?|quién(?:es)?|dónde|cuál(?:es)?"
    r"|(?:by|from|since|until|bis|seit|von|depuis|desde) (?:when|whom|what|wann|wem|quand|cuándo))"
)
_TWO = light.pattern(
    rf"\s*(¿?{_ASKS}\b.+?)(?:,? (?:and|und|et|y|&) |\?\s+(?:(?:and|und|et|y) )?)(?:also |auch |aussi )?"
    rf"(¿?{_ASKS}\b.*)",
    re.I | re.S,
)
_YEAR = r"(?:(?:in|im|en)(?: (?:jahr|the year))? )?(?:19|20)\d\d"
_TWO_YEARS = light.pattern(
    rf"(?<!between )(?<!zwischen )(?<!entre )\b({_YEAR})\b,? (?:and|or|und|oder|et|ou|y|o|than|as|als|wie|que)"
    rf" ({_YEAR})\b",
    re.I,
)
_BARE = ("when", "where", "who", "why", "money")  # kinds that a lone "and when" has
_NEARLY = 0.95  # of the worth of the first question's answer, for the second
_REACH = 2  # sentences behind an answer in which its price may stand
# What an amount is said of that is of what the sentence before it tells.
_OF_IT = words.listed(
    """visit call call-out callout bill invoice total sum cost costs price fee charge charged amount work job labour
    labor service repair whole altogether including included incl vat parts paid pay came comes
    rechnung rechnungsbetrag betrag kosten kostet kostete gekostet preis einsatz besuch arbeit arbeiten summe gesamt
    gesamtbetrag inklusive inkl mwst bezahlt gezahlt insgesamt zusammen
    facture total prix visite travaux montant cout coute couté paye ttc factura precio visita importe costo pagado"""
)
_SHORT = 2  # content words: "how many for the cellar" leaves its topic to the one before


def of(question: Question) -> tuple[Question, Question] | None:
    """Both questions of one that asks twice, each with words to look for; None where it asks once.

    >>> [half.text for half in of(understand("Who painted the shed and when was the gate oiled?"))]
    ['Who painted the shed?', 'when was the gate oiled?']
    """
    if found := _TWO_YEARS.search(question.text):
        before, behind = question.text[: found.start()], question.text[found.end() :]
        if not re.search(r"(?:19|20)\d\d", before + behind):
            one, other = (understand(f"{before}{year}{behind}") for year in found.groups())
            return one, other
    if (found := _TWO.fullmatch(question.text)) is None:
        return None
    first, second = (understand(part.strip(" ,;?") + "?") for part in found.groups())
    if not first.says_something or of(second) is not None:
        return None
    return (first, second) if second.says_something or second.kind in _BARE else None


def readings(first: Question, second: Question) -> list[Question]:
    """What the second question may mean in a document that answers the first, likeliest first: with the words of the
    first where it leans on them, and as it stands where it says by itself what it is about ("what did it cost" does
    not)."""
    if not second.says_something:  # "and when": of the trip, not of what it costs
        about = awaited.told(first) or set(first.stems)
        topic = (word for stem, word in first.surface.items() if stem in about)
        return [replace(understand(f"{second.text.rstrip('?')} {' '.join(topic)}?"), kind=second.kind)]
    leans = SPEAKS_BACK.search(second.text) or len(second.stems) < _SHORT
    alone = [second] if _own(second) else []
    missing = {stem: word for stem, word in first.surface.items() if stem not in second.surface}
    if not leans or not missing:
        return alone
    named = [word for stem, word in missing.items() if stem in first.names]
    whole = [*missing.values()]
    added = [named, whole] if 0 < len(named) < len(whole) else [whole]
    whole_ones = (understand(f"{second.text.rstrip('?')} ({' '.join(more)})?") for more in added)
    return [*(replace(reading, kind=second.kind) for reading in whole_ones), *alone]


def of_the_second(
    second: Question, found: Sequence[Evidence], first: Evidence | None = None
) -> Evidence | None:
    """The best sentence, if it holds what the second question asks beyond the first: the answer of one is often the
    nearest to both, so one nearly as good comes before it."""
    own = _own(second)
    best = next(iter(found), None)
    if best is not None and first is not None and best.text == first.text:
        best = next((e for e in found[1:2] if e.score >= _NEARLY * best.score and _holds(own, e)), best)
    if best and not own and first is not None and second.kind == "money":
        return None if _priced_otherwise(best, first) else best
    return best if best and (not own or _holds(own, best) or _is_code(second, best)) else None


def _priced_otherwise(item: Evidence, first: Evidence) -> bool:
    """Whether the amounts of a sentence are said of something that the answer to the first question does not name: "A
    new kettle was 40 euros" behind when the boiler was serviced."""
    language = item.hit.language
    known = set(words.stems(" ".join((first.text, item.hit.title)), language))
    labels = [prices.said_of(item.text[: found.start()]) for found in spans.MONEY.finditer(item.text)]
    return bool(labels) and not any(not label or _of_nothing_else(label, known, language) for label in labels)


def leans(second: Question, first: Evidence) -> bool:
    """Whether a second question asks a price of what the first is about, and the answer to that names none: what the
    whole is answered with may be the price of something else."""
    priced = awaited.has_wanted(second, first.text, first.hit.language)
    return second.kind == "money" and not _own(second) and not priced


def behind(second: Question, first: Evidence) -> Evidence | None:
    """The sentence behind the answer to the first question that tells what the second asks of the same, where that
    leaves all else to the first: "Serviced on 3 March. The visit was 165 euros." None where it speaks of anything
    besides."""
    hit = first.hit
    if _own(second) or second.kind != "money":
        return None
    at = hit.text.find(first.text)
    paragraph = hit.text[at + len(first.text) :].partition("\n\n")[0] if at >= 0 else ""
    said = [unit.of(paragraph) for unit in split(paragraph)][:_REACH]
    priced = next((text for text in said if spans.MONEY.search(text)), "")
    if not priced or not _of_nothing_else(priced, {*words.stems(first.text, hit.language)}, hit.language):
        return None
    return Evidence(
        priced, hit, first.score, awaited.answering(second, priced), evidence.line_of(hit, priced)
    )


def _of_nothing_else(text: str, known: set[str], language: str) -> bool:
    """Whether an amount is said of nothing but what was spoken of, a visit or a bill."""
    rest = {token for token in words.tokens(spans.MONEY.sub(" ", text), language) if token.content}
    return all(
        token.stem in known or words.fold(token.text) in _OF_IT or not token.text.isalpha() for token in rest
    )


def _holds(own: set[str], item: Evidence) -> bool:
    return not own.isdisjoint(words.stems(item.text, item.hit.language))


def _is_code(second: Question, item: Evidence) -> bool:
    """Whether a sentence holds the telephone number or password that is asked for: it need not say that it is one."""
    return secrets.asked_for(second) and awaited.has_wanted(second, item.text, item.hit.language)


def _own(question: Question) -> set[str]:
    """Its words but the everyday ones and what an amount or a number says by itself."""
    return awaited.topic(question) if question.says_something else set()


def untold(half: Question, other: Question, told: Sequence[Evidence]) -> bool:
    """Whether none of what is told answers one half of a question: it has nothing of the kind that is asked for, or
    none of the words that neither the other half nor its title has."""
    own = _own(half) - set(other.stems) or _own(half)
    return not any(
        awaited.has_wanted(half, item.text, item.hit.language) and _speaks_of(own, half, item)
        for item in told
    )


def _speaks_of(own: set[str], half: Question, item: Evidence) -> bool:
    hit = item.hit
    about, said = (
        held_by(half, text, words.stems(text, hit.language), hit.language or half.language)
        for text in (" ".join((hit.title, *hit.headings)), item.text)
    )
    return own <= about or not (own - about).isdisjoint(said)
