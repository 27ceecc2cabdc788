"""What speaks of a question's topic, but beside the point: of another person, quantity or purpose, or without what is
asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, deeds, everyday, identified, kin, secrets, spans, strangers, words
from gemmasearch.answering.candidates import Candidate, paragraphs
from gemmasearch.answering.doers import names_doer, with_doer
from gemmasearch.answering.evidence import coloured, telling
from gemmasearch.answering.holding import held_in
from gemmasearch.answering.numbers import days_in, months_in, numbers_in
from gemmasearch.answering.question import COUNTED, TITLE, Question
from gemmasearch.answering.reference import lacks_subject, points_back, priced_behind, speaks_of_somebody
from gemmasearch.answering.surroundings import RECORDS, day_above, moment_of
from gemmasearch.answering.years import of_other_year, of_other_years, shares_only_a_year

LOOKED_AT = 5  # best candidates whose words count
_AS_NEAR = 0.75  # of the best one's share of the question's words: a candidate that speaks of the same
_OWNER = light.pattern(rf"\b{words.CAPITAL}\w+(?:['’]s\b|s['’])")
# The same behind a number or code: "the telephone number of Dr Ames".
_OWNER_OF = light.pattern(rf"\b(?:of|for|von|für|de|pour|para) (?:{TITLE}\.? )?{words.CAPITAL}\w+")
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
    r"\bfor (?:(?:the|a|an|our|my|your|his|her|their) )?([a-z-]+(?: (?:of (?:the |an? |my |our )?)?[a-z-]+)?)"
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
_ASKS_NAME = light.pattern(r"\bwhat (?:is|was|are|were) .*\bnames?\b", re.I)
_PLACED_IN = ("en", "de", "fr", "es")  # whose places are known by the words before them
_BY_NUMBER = light.pattern(r"0\d{1,4}|\d{3}")
_OWNED = light.pattern(rf"\b{words.CAPITAL}[\w-]+['’]s ([a-z]{{3,}}) ")
_NEARLY_ALL = 0.7  # of a question's words, by rarity: what holds them need not say that it gives the reason
_HAPPENED = light.pattern(
    r"\b(?:happen(?:s|ed)?|occur(?:s|red)?|went wrong|passierte?|geschah|geschehen|ereignete"
    r"|s['’]est passé|pas[oó]|ocurri[oó])\b",
    re.I,
)
_TELLING = 2  # words that tell what is asked, beside names
_BEHIND = 150  # characters behind a sentence that may give its reason
_THE_GERMAN = light.pattern(r"(?:Der|Die|Das) ([A-ZÄÖÜ]\w{3,})\b")
_QUANTITY = light.pattern(r"(?<![\w.,])(\d+(?:[.,]\d+)*)\s?([^\W\d_]{1,12}\b|°[CFK]?|%)")


def beside(question: Question, ranked: Sequence[Candidate], every: Sequence[Candidate] = ()) -> bool:
    """Whether what speaks of the question's topic cannot be its answer: it holds no amount, day or code where one is
    asked for, it is about another quantity (1800 rpm, not 2400), another year or another person than the one named.

    :param every: ``ranked`` with what is about something else.
    """
    first, *others = [*telling(question, ranked[:LOOKED_AT])] or ranked[:1]
    best = max((c.covered for c in ranked[:LOOKED_AT] if c.features["coverage"]), default=0.0)
    near = [first, *(c for c in others if c.covered >= _AS_NEAR * best and c.features["coverage"])]
    near += _further_down(question, ranked, first)
    near = [c for c in near if not shares_only_a_year(question, c)]
    if question.kind == "money" or question.asks_colour or question.asks_code:
        near = [c for c in near if _tells_of_what(question, c)]
    if question.kind == "money":
        near = [
            c
            for c in near
            if _of_the_same(question, ranked, c) and not _for_something_else(question, c, ranked)
        ]
    if question.kind in ("money", "when") and _DID.search(question.text):
        near = [c for c in near if not _only_planned(c)]
    of_year = [c for c in near if not of_other_year(question, c)]
    naming = {c.hit.document_id for c in ranked if c.features["names"]}
    of_somebody = question.asks_code or (question.kind in COUNTED and question.language != "de")
    owned = _OWNER.search(question.text) or (of_somebody and _OWNER_OF.search(question.text))
    if naming and owned:
        # The files know the name: what they say of others is no answer.
        near = [c for c in near if c.hit.document_id in naming]
    return (
        not near
        or _lacks_awaited(question, near)
        or (question.asks_colour and not any(map(coloured, near)))
        or (question.kind == "who" and not with_doer(question, near))
        or (question.kind == "who" and not names_doer(question, of_year))
        or (question.kind == "where" and _tells_no_place(question, near))
        or (question.kind == "why" and all(_lacks_reason(c) for c in near))
        or _of_other_quantity(question, near)
        or of_other_years(question, near)
        or not _of_the_named(question, ranked, near)
        or _of_the_name_alone(question, near)
        or _of_no_such_day(question, near)
        or strangers.alone(question, every or ranked, near)
        or strangers.of_its_day_alone(question, near)
        or not identified.of_it(question, near)
        or not kin.of_them(question, near)
        or _of_an_unknown_number(question, near)
        or not _tells_of_the_owned(question, near)
        or not deeds.tells_what_was_done(question, near, ranked)
        or (question.asks_code and all(_lacks_known(question, ranked, c) for c in near))
    )


def _tells_no_place(question: Question, near: Sequence[Candidate]) -> bool:
    return question.language in _PLACED_IN and not any(c.features["kind"] for c in near)


def _of_an_unknown_number(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether a question names something by a number ("sample 039") that no passage of ``near`` holds."""
    asked = {stem for stem in question.names if _BY_NUMBER.fullmatch(stem)}
    if not asked or question.kind == "yesno":
        return False
    return not any(asked & (c.spoken | set(re.findall(r"\d+", c.hit.text))) for c in near)


def _tells_of_the_owned(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` speaks of the thing of which it is asked whose it is: of when Lars's thesis is due
    nothing is said by what else is due, and named beside Lars."""
    found = _OWNED.search(question.text) if question.language == "en" and question.kind in COUNTED else None
    thing = next(iter(words.stems(found[1], "en")), "") if found else ""
    if thing not in question.stems or thing in question.everyday or thing not in awaited.told(question):
        return True
    return any(thing in _own(c) and c.features["kind"] for c in near)


def _lacks_known(question: Question, ranked: Sequence[Candidate], candidate: Candidate) -> bool:
    """Whether the passage of a code says nothing of something that the question holds and other passages do: the
    customer number in the contract of the nurses is not that at the pharmacy."""
    hit = candidate.hit
    there = candidate.spoken | set(
        words.stems(" ".join((hit.title, *hit.headings, hit.path, hit.text)), candidate.language)
    )
    missing = awaited.topic(question) - there
    known = set[str]().union(*(c.held | c.about for c in ranked if c.hit.document_id != hit.document_id))
    return bool(missing & known)


def _further_down(question: Question, ranked: Sequence[Candidate], first: Candidate) -> list[Candidate]:
    """The sentences of a mail that hold all that the question does but a name which the best one has: it is about one
    matter."""
    topic = awaited.topic(question) - set(question.names)
    if first.hit.kind != "mail" or first.features["kind"] or not topic or not first.features["names"]:
        return []
    return [
        c
        for c in ranked
        if c.hit.chunk_id == first.hit.chunk_id and c is not first and c.features["kind"] and topic <= c.held
    ]


def _of_the_named(question: Question, ranked: Sequence[Candidate], near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` says of somebody or something that the question names, and that the files know, what
    is asked: the dog's weight is not Lotte's, and what is known of Lotte is not her weight. Where more than one word
    tells what is asked, or who or where, the files may say it in others; German writes every noun like a name."""
    called = question.kind == "who" and _ASKS_NAME.search(question.text)
    if question.language == "de" or not (called or question.kind in ("what", "when", "number", "money")):
        return True
    known = {name for name in question.names if any(name in c.spoken for c in ranked) and name.isalpha()}
    told = awaited.told(question) - set(question.names) - question.everyday
    told -= {stem for stem in told if words.fold(question.surface[stem]) in _CALLED}
    at = [place for place, stem in enumerate(question.stems) if stem in question.names]
    if not known or len(told) != 1 or at[-1] - at[0] >= len(at):  # several names are a topic by themselves
        return True
    if question.asks_code and secrets.asked_for(question):  # a telephone number says itself that it is one
        return any(not known.isdisjoint(c.spoken) and c.features["kind"] for c in near)
    return any(not known.isdisjoint(c.spoken) and not told.isdisjoint(_own(c)) for c in near)


def _of_the_name_alone(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether all that ``near`` shares with a question, beside what stands around it, are its names: the head of an
    invoice to Northwind tells nothing of the hourly rate that is charged there."""
    told = awaited.told(question) - set(question.names) - question.everyday
    if question.language != "en" or question.kind not in ("what", "when", "number", "money"):
        return False
    if len(told) < _TELLING or not question.names:
        return False
    return not any(told & c.spoken for c in near)


def _of_no_such_day(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether it is asked what happened on a day of which no passage of ``near`` speaks, and none is dated."""
    asked = days_in(question.text) if _HAPPENED.search(question.text) else frozenset()
    return bool(asked) and not any(asked & _days_of(c) for c in near)


def _days_of(candidate: Candidate) -> frozenset[tuple[int, int]]:
    hit = candidate.hit
    when = moment_of(hit)
    own = {(when.month, when.day)} if when else set()
    return days_in(" ".join((hit.title, *hit.headings, hit.text))) | own


def _own(candidate: Candidate) -> Set[str]:
    """What a sentence says with what stands above it; with what is beside it, where it points there or is no sentence
    by itself."""
    text = candidate.text
    leans = points_back(text, candidate.language) or speaks_of_somebody(text) or candidate.posed
    if leans or candidate.is_row or candidate.hit.kind in RECORDS:
        return candidate.spoken
    return candidate.held | candidate.about


def _tells_of_what(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence holds more of a question than what its amount, colour or code says by itself."""
    told = awaited.told(question)
    if question.asks_code and secrets.has_owner(candidate.text):  # the password of what its line begins with
        told = {stem for stem in told if not secrets.is_noun(question.surface[stem])} or told
    return (
        not told
        or not told.isdisjoint(candidate.held | candidate.about)
        or (lacks_subject(candidate.text) and told <= candidate.context)
        or points_back(candidate.text, candidate.language)
        or (told <= candidate.context and _shortens(question, candidate.text))
    )


def _shortens(question: Question, text: str) -> bool:
    """Whether a German sentence begins with the last part of a compound of the question: "Das Haus kostet" behind the
    one that speaks of a Ferienhaus."""
    found = _THE_GERMAN.match(text) if question.language == "de" else None
    noun = words.fold(found[1]) if found else "\0"
    asked = map(words.fold, question.surface.values())
    return any(word.endswith(noun) and len(word) > len(noun) + 2 for word in asked)


def _of_the_same(question: Question, ranked: Sequence[Candidate], candidate: Candidate) -> bool:
    """Whether an amount is of what the sentence speaks of that holds most of the question: the budget of a
    project is no price of its tablets."""
    told = awaited.topic(question)
    things = told if question.language == "de" else told - set(question.names) or told  # not just whose it is
    if not things.isdisjoint(candidate.held | candidate.about):
        return True
    if _named_behind_alone(question, things, candidate):
        return False
    if points_back(candidate.text, candidate.language):
        return True
    lead = max(ranked[:LOOKED_AT], key=lambda c: len(told & c.held))
    return bool(lead.features["kind"]) or told & lead.held <= candidate.context


def _named_behind_alone(question: Question, things: Set[str], candidate: Candidate) -> bool:
    """Whether a passage names what was asked about behind a sentence with an amount, and nowhere before it: "A new
    blade, 38 euros. Piet brought cherries" tells no price of these."""
    if candidate.is_row or candidate.posed or candidate.hit.kind in RECORDS:
        return False
    text, unit = candidate.hit.text, candidate.unit
    before, behind = (
        held_in(question, part, candidate.language) for part in (text[: unit.start], text[unit.end :])
    )
    return things.isdisjoint(before) and not things.isdisjoint(behind)


def _only_planned(candidate: Candidate) -> bool:
    """Whether a sentence weighs only what may be done: "we might get one, about 340" is no price that was paid."""
    return _PLANS.search(candidate.text) is not None and _DONE.search(candidate.text) is None


def _for_something_else(question: Question, candidate: Candidate, ranked: Sequence[Candidate]) -> bool:
    """Whether an amount is not said to be for that for which it was asked, nor stands in a document that is all about
    it: what a night costs is not the price "for parking"."""
    found = _PAID_FOR.search(question.text)
    if found is None or candidate.language != question.language:
        return False
    things = (
        set(words.stems(found[1] or found[2], question.language)) - question.everyday - set(question.names)
    )
    said = candidate.held | candidate.about if candidate.unit.kind == "item" else candidate.spoken
    if not things or not things.isdisjoint(said):
        return False
    places = (paragraphs(ranked, stem).get(candidate.hit.document_id, ()) for stem in things)
    return not any(len(each) > 1 for each in places)


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
    # Beyond English, where fewer forms of a verb are known, more than its person or thing must be told.
    enough = 1 if question.language == "en" else len(said) // 2 + 1
    return question.kind != "when" or not any(
        len(said & c.held) >= enough
        and (
            c.hit.date is not None
            or any(spans.dates(" ".join((c.hit.title, *c.hit.headings))))
            or day_above(c.text, c.hit)
        )
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


def _quantities(text: str) -> Mapping[str, frozenset[str]]:
    """Numbers by the word or sign behind them; days of a month are none."""
    found: dict[str, frozenset[str]] = {}
    for number, unit in _QUANTITY.findall(text):
        stem = next(iter(words.stems(unit)), "") if unit[0].isalpha() else unit
        if stem and not months_in(unit.title()):
            found[stem] = found.get(stem, frozenset()) | numbers_in(number)
    return found
