"""Do the files speak of what was asked? A logistic model over how well the best evidence covers the question.

Fitted on SQuAD 2 with whole articles left out of the index: their questions are the ones to refuse. Which articles
are fitted on and which are measured is split beforehand (``python -m tests.quality answers``). Cosines differ
between embedders, so each measured space has its own row; any other goes by the words alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, everyday, secrets, spans, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.evidence import coloured, telling
from gemmasearch.answering.numbers import YEAR, months_in, numbers_in
from gemmasearch.answering.others import with_doer, without
from gemmasearch.answering.question import COUNTED, TITLE, TITLES, Question
from gemmasearch.answering.reference import points_back, priced_behind
from gemmasearch.answering.surroundings import day_of
from gemmasearch.light import dataclass
from gemmasearch.retrieval.fusion import ENGLISH_ONLY

LOOKED_AT = 5  # best candidates whose words count
MEANT = 12  # best candidates whose meaning counts
EVERYDAY = 0.4  # of its weight that an everyday word counts which is missing where all others are there
_AS_NEAR = 0.75  # of the best one's share of the question's words: a candidate that speaks of the same
_OWNER = light.pattern(r"\b[A-ZÀ-ÖØ-Þ]\w+(?:['’]s\b|s['’])")
# The same behind a number or code: "the telephone number of Dr Ames".
_OWNER_OF = light.pattern(rf"\b(?:of|for|von|für|de|pour|para) (?:{TITLE}\.? )?[A-ZÀ-ÖØ-Þ]\w+")
_BOUNDS = (  # what bounds a time by a year: the question is not about that year
    r"since|before|after|until|till|by|from|to|than|and|seit|vor|nach|bis|ab|als|und|depuis|avant|après|dès|et|desde|hasta"
    r"|que|y|e"
)
_IN_YEAR = light.pattern(  # a year that a question is about, be it without a preposition ("the bill 2021")
    rf"(?<!antes )(?<!después )\b(?!(?:{_BOUNDS}) \d)[^\W\d_]+ ((?:19|20)\d\d)\b(?![-–/.]\d|['’]s)",
    re.I,
)
_YEAR_FIRST = light.pattern(r"(?:[-*+•][ \t]+)?((?:19|20)\d\d)\b")  # of a line
_WHO_IS = light.pattern(
    r"\W*(?:who (?:is|are|was|were) (?:the|our|my)|wer (?:ist|war) (?:der|die)|qui (?:est|etait|était) l[ea]"
    r"|qui[eé]n (?:es|era) (?:el|la)) ",
    re.I,
)
_OBJECTS = light.pattern(  # what speaks against something is a reason, too
    r"\b(?:but|however|unfortunately|regret|aber|jedoch|leider|mais|malheureusement|pero|desgraciadamente)\b",
    re.I,
)
_PAID_FOR = light.pattern(
    r"\bfor (?:(?:the|a|an|our|my|your|his|her|their) )?([a-z-]+(?: [a-z-]+)?)"
    r"\W*(?:$|\b(?:in|on|at|last|this|from)\b)"
    r"|\bfür (?:(?:d(?:ie|as|en)|ein(?:en?)?|(?:mein|unser|ihr|sein)(?:en?)?) )?([^\W\d_-]+)\W*$"
)
_DID = light.pattern(  # asked for what was done, not for what somebody said, wanted or planned
    r"^(?!.*\b(?:say|said|tell|told|want|plan|expect|estimate|quote|suggest|offer|propose|think)\b)"
    r".*\b(?:did|have|has) \w",
    re.I | re.S,
)
_PLANS = light.pattern(
    r"\b(?:might|thinking (?:of|about)|perhaps|maybe|considering|(?:would|['’]d) (?:like|love) to"
    r"|wants? to|hop(?:e|ing) to|plan(?:s|ning)? (?:to|on)|going to)\b",
    re.I,
)
_DONE = light.pattern(
    r"\b(?:was|were|did|had|has been|have been|bought|paid|costs?|ordered|took|went|got|came|spent|sold|done"
    r"|\w{3,}ed)\b",
    re.I,
)
_CALLED = words.listed(  # a name or a profession says itself that it is one
    " ".join(
        (*everyday.NAMED.values(), "nationality occupation profession religion beruf nationalite profesion")
    )
)
_AS_MANY = 0.6  # of a question's words: what holds so many speaks of the same in another year
_ALL = 0.99  # of a question's words, by rarity
_NEARLY_ALL = 0.7  # of a question's words, by rarity: what holds them need not say that it gives the reason
_BEHIND = 150  # characters behind a sentence that may give its reason
_QUANTITY = light.pattern(r"(?<![\w.,])(\d+(?:[.,]\d+)*)\s?([^\W\d_]{1,12}\b|°[CFK]?|%)")


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the signals; 0.5 of :meth:`chance` is where answering and refusing are equally often wrong."""

    coverage: float
    own: float
    names: float
    pairs: float
    meaning: float
    bias: float

    def chance(self, signals: Signals) -> float:
        """0..1: how likely the files speak of the question's topic."""
        sum_ = (
            self.coverage * signals.coverage
            + self.own * signals.own
            + self.names * signals.names
            + self.pairs * signals.pairs
            + self.meaning * signals.meaning
            + self.bias
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum_))))


@dataclass(frozen=True, slots=True)
class Signals:
    """The best that any evidence sentence reaches, each 0..1."""

    coverage: float  # share of the question's words, by rarity, in the sentence and its context
    own: float  # the same in the sentence alone
    names: float  # share of the question's names
    pairs: float  # share of its word pairs
    meaning: float  # cosine


# The biases favour answering a little over the point where both mistakes are equally frequent: what is answered
# stands there with its source and can be judged, what is refused is lost.
WORDS = Model(4.35, 3.44, 1.79, 2.77, 0.0, -5.03)
SPACES: Mapping[str, Model] = {
    "static": Model(3.62, 2.74, 1.19, 2.24, 5.04, -6.37),
    "all-minilm-l6-v2": Model(1.78, 1.02, 0.90, 1.63, 4.97, -4.77),
}


def signals(ranked: Sequence[Candidate]) -> Signals:
    best = ranked[:LOOKED_AT]
    if not best:
        return Signals(0.0, 0.0, 0.0, 0.0, 0.0)
    first = best[0]
    return Signals(  # names that stand far off in its passage only count for the sentence that is told
        max(min(1.0, (c.covered + first.afar * (c is first)) / _weighed(c)) for c in best),
        max(min(1.0, c.features["coverage"] / _weighed(c)) for c in best),
        first.features["names"] + first.named,
        first.features["pairs"],
        max(c.features.get("meaning", 0.0) for c in ranked[:MEANT]),
    )


def _weighed(candidate: Candidate) -> float:
    """What the question's words weigh together, 0..1, where the everyday ones that are missing count the less, the
    more of the others are there: of "what is wrong with the boiler" a letter on the boiler says "wrong" in its way,
    one that says nothing of the boiler does not speak of it at all."""
    others = 1.0 - candidate.everyday
    if others < 1e-6:
        return 1.0
    return 1.0 - (1.0 - EVERYDAY) * candidate.everyday * min(1.0, candidate.covered / others) ** 2


def chance(
    question: Question, ranked: Sequence[Candidate], space: str = "", weights: Weights = Weights()
) -> float:
    """How likely the files answer: 0..1, at least 0.5 = answer.

    :param space: name of the embedding space whose cosines are in the candidates, "" = none.
    :param weights: how rare the question's words are in the index, where that is known.
    """
    ranked = without(question, ranked)
    if (
        not ranked
        or not question.stems
        or beside(question, ranked)
        or (not _knows_languages(space) and _of_the_unknown(question, ranked, weights))
    ):
        return 0.0
    model = next((m for name, m in SPACES.items() if space and space.lower().startswith(name)), WORDS)
    likely = model.chance(signals(ranked))
    says = any(says_all(c) or _lists_all(question, c) for c in ranked[:LOOKED_AT])
    return max(0.5, likely) if says else likely


def _lists_all(question: Question, candidate: Candidate) -> bool:
    """Whether it is an item of a list whose title or heading says all that a question for a list does."""
    listed = question.kind == "list" and candidate.unit.kind == "item"
    return listed and candidate.features["coverage"] + candidate.features["about"] >= _ALL


def says_all(candidate: Candidate, *, by_itself: bool = True) -> bool:
    """Whether a sentence holds every word of the question that its title, headings or columns do not hold, and what
    is asked for: "Descaling: fill the tank with citric acid" in a note on the coffee machine. Everyday words may be
    missing.

    :param by_itself: some of the words must be its own.
    """
    told = candidate.features
    there = told["context"] if candidate.is_row else told["about"]
    covers = told["coverage"] + there + candidate.everyday >= _ALL
    return covers and bool((told["coverage"] or not by_itself) and told["kind"])


def beside(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether what speaks of the question's topic cannot be its answer: it holds no amount, day or code where one is
    asked for, it is about another quantity (1800 rpm, not 2400), another year or another person than the one named.
    """
    first, *others = [*telling(question, ranked[:LOOKED_AT])] or ranked[:1]
    best = max(c.covered for c in ranked[:LOOKED_AT])
    near = [first, *(c for c in others if c.covered >= _AS_NEAR * best and c.features["coverage"])]
    near = [c for c in near if not _shares_a_year(question, c)]
    if question.kind == "money" or question.asks_colour or question.asks_code:
        near = [c for c in near if _tells_of_what(question, c)]
    if question.kind == "money":
        near = [c for c in near if _of_the_same(question, ranked, c) and not _for_something_else(question, c)]
    if question.kind in ("money", "when") and _DID.search(question.text):
        near = [c for c in near if not _only_planned(c)]
    naming = {c.hit.document_id for c in ranked if c.features["names"]}
    owned = _OWNER.search(question.text) or (question.asks_code and _OWNER_OF.search(question.text))
    if naming and owned:
        # The files know the name: what they say of others is no answer.
        near = [c for c in near if c.hit.document_id in naming]
    return (
        not near
        or _lacks_awaited(question, near)
        or (question.asks_colour and not any(map(coloured, near)))
        or (question.kind == "who" and not with_doer(question, near))
        or (question.kind == "why" and all(_lacks_reason(c) for c in near))
        or _of_other_quantity(question, near)
        or _of_other_years(question, near)
        or not _of_the_named(question, ranked, near)
    )


def _of_the_named(question: Question, ranked: Sequence[Candidate], near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` says of somebody or something that the question names, and that the files know, what
    is asked: the dog's weight is not Lotte's, and what is known of Lotte is not her weight. Where more than one word
    tells what is asked, or who or where, the files may say it in others; German writes every noun like a name."""
    if question.language == "de" or question.kind not in ("what", "when", "number", "money"):
        return True
    known = {name for name in question.names if any(name in _spoken(c) for c in ranked) and name.isalpha()}
    told = awaited.told(question) - set(question.names) - question.everyday
    told -= {stem for stem in told if words.fold(question.surface[stem]) in _CALLED}
    at = [place for place, stem in enumerate(question.stems) if stem in question.names]
    if not known or len(told) != 1 or at[-1] - at[0] >= len(at):  # several names are a topic by themselves
        return True
    if question.asks_code and secrets.asked_for(question):  # a telephone number says itself that it is one
        return any(not known.isdisjoint(_spoken(c)) and c.features["kind"] for c in near)
    return any(not known.isdisjoint(s) and not told.isdisjoint(s) for s in map(_spoken, near))


def _spoken(candidate: Candidate) -> Set[str]:
    return candidate.held | candidate.about | candidate.context


def _shares_a_year(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence shares nothing with the question but a year or another number."""
    things = {stem for stem in question.stems if not stem[0].isdigit()} - question.everyday
    shared = set(question.stems) & _spoken(candidate)
    return bool(things and shared) and things.isdisjoint(shared)


def _tells_of_what(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence holds more of a question than what its amount, colour or code says by itself."""
    told = awaited.told(question)
    if question.asks_code and secrets.has_owner(candidate.text):  # the password of what its line begins with
        told = {stem for stem in told if not secrets.is_noun(question.surface[stem])} or told
    return (
        not told
        or not told.isdisjoint(candidate.held | candidate.about)
        or points_back(candidate.text, candidate.language)
    )


def _of_the_same(question: Question, ranked: Sequence[Candidate], candidate: Candidate) -> bool:
    """Whether an amount is of what the sentence speaks of that holds most of the question: the budget of a
    project is no price of its tablets."""
    told = awaited.topic(question)
    things = told if question.language == "de" else told - set(question.names) or told  # not just whose it is
    if not things.isdisjoint(candidate.held | candidate.about) or points_back(
        candidate.text, candidate.language
    ):
        return True
    lead = max(ranked[:LOOKED_AT], key=lambda c: len(told & c.held))
    return bool(lead.features["kind"]) or told & lead.held <= candidate.context


def _only_planned(candidate: Candidate) -> bool:
    """Whether a sentence weighs only what may be done: "we might get one, about 340" is no price that was paid."""
    return _PLANS.search(candidate.text) is not None and _DONE.search(candidate.text) is None


def _for_something_else(question: Question, candidate: Candidate) -> bool:
    """Whether an amount is not said to be for that for which it was asked: what a
    night costs is not the price "for parking"."""
    found = _PAID_FOR.search(question.text)
    if found is None or candidate.language != question.language:
        return False
    things = (
        set(words.stems(found[1] or found[2], question.language)) - question.everyday - set(question.names)
    )
    return bool(things) and things.isdisjoint(_spoken(candidate))


def _lacks_awaited(question: Question, near: Sequence[Candidate]) -> bool:
    asks_code = question.asks_code and secrets.asked_for(question)
    if question.kind not in COUNTED and not asks_code and not _WHO_IS.match(question.text):
        return False
    if question.kind == "money" and any(priced_behind(question, c.hit, c.text) for c in near):
        return False
    if any(c.features["kind"] for c in near) or (question.kind == "when" and question.asks_case):
        return False
    # A mail or an entry of a diary is of its day; of that day is what its sentence says, not whoever is named there.
    said = set(question.stems) - set(question.names) or set(question.stems)
    return question.kind != "when" or not any(
        (c.hit.date is not None or any(spans.dates(" ".join((c.hit.title, *c.hit.headings)))))
        and not said.isdisjoint(c.held)
        for c in near
    )


def _lacks_reason(candidate: Candidate) -> bool:
    """Whether it leaves out what it should give the reason of, and neither it nor what stands behind it gives one."""
    if candidate.covered + candidate.everyday >= _NEARLY_ALL:
        return False
    text, unit = candidate.hit.text, candidate.unit
    said = text[unit.start : unit.end + _BEHIND]
    return not awaited.reasons(said) and not _OBJECTS.search(said)


def _of_other_quantity(question: Question, near: Sequence[Candidate]) -> bool:
    asked = _quantities(question.text)
    if not asked:
        return False
    held = [_quantities(c.text) for c in near]
    return any(
        any(unit in there for there in held) and not any(numbers & numbers_in(c.text) for c in near)
        for unit, numbers in asked.items()
    )


def of_other_year(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names other years than the one asked for; or where it names none, what stands before it in
    its paragraph does and its passage lacks that one, or its passage or the day of its document is years away.
    """
    asked = {int(year) for year in _IN_YEAR.findall(question.text)}
    if len(asked) != 1 or len(YEAR.findall(question.text)) != 1:
        return False
    if told := _years(candidate.text):
        return asked.isdisjoint(told)
    hit = candidate.hit
    if begins := _YEAR_FIRST.match(hit.text, hit.text.rfind("\n", 0, candidate.unit.start) + 1):
        return int(begins[1]) not in asked  # "2024 taxes: filed in April 2025. Refund 655."
    around = _years(" ".join((hit.title, *hit.headings, day_of(hit), hit.text)))
    wanted = next(iter(asked))
    if candidate.unit.kind == "sentence" and wanted not in around:
        before = YEAR.findall(hit.text[: candidate.unit.start].rpartition("\n\n")[2])
        if before and before[-1] != str(wanted):
            return True
    return bool(around) and all(abs(wanted - year) > 1 for year in around)


def _of_other_years(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether what speaks of the year that is asked about speaks of something else than the best of other years: of
    "litres of oil in 2021" the purchase of a laptop."""
    right = [c for c in near if not of_other_year(question, c)]
    things = {stem for stem in question.stems if not stem[0].isdigit()}
    most = max((len(things & _spoken(c)) for c in near), default=0)
    return not any(len(things & _spoken(c)) >= _AS_MANY * most for c in right)


def _years(text: str) -> set[int]:
    return {int(year) for year in YEAR.findall(text)}


def _knows_languages(space: str) -> bool:
    """Whether the model of a space may tell that the files write a name in another language: Vienna, Wien."""
    return bool(space) and not any(part in space.lower() for part in ENGLISH_ONLY)


def _of_the_unknown(question: Question, ranked: Sequence[Candidate], weights: Weights) -> bool:
    """Whether the files know none of the names that a question holds, in no spelling: what they say of guesthouses
    says nothing of one in Yerevan. German writes every noun like a name."""
    if not weights.total or question.language == "de" or not question.names:
        return False
    named = {stem: words.fold(question.surface[stem]) for stem in question.names}
    told = {stem: name for stem, name in named.items() if name not in TITLES}
    if not told or any(
        len(name) < 4 or not name.isalpha() or weights.frequency.get(s) for s, name in told.items()
    ):
        return False
    said = {
        words.fold(w) for c in ranked[:LOOKED_AT] for w in re.findall(r"\w+", f"{c.hit.title} {c.hit.text}")
    }
    return not any(words.spelt_like(name, said) for name in told.values())


def _quantities(text: str) -> Mapping[str, frozenset[str]]:
    """Numbers by the word or sign behind them; days of a month are none."""
    found: dict[str, frozenset[str]] = {}
    for number, unit in _QUANTITY.findall(text):
        stem = next(iter(words.stems(unit)), "") if unit[0].isalpha() else unit
        if stem and not months_in(unit.title()):
            found[stem] = found.get(stem, frozenset()) | numbers_in(number)
    return found
