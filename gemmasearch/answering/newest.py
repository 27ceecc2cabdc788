"""Which of several sources is asked, where a question is about how things stand now: the newest."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, spans
from gemmasearch.answering.candidates import FEATURES, Candidate, led_by
from gemmasearch.answering.differing import counted
from gemmasearch.answering.evidence import select, telling
from gemmasearch.answering.numbers import days_in, days_with_year, today
from gemmasearch.answering.question import GATHERED, Question
from gemmasearch.answering.reference import in_context
from gemmasearch.answering.surroundings import moment_of

_FROM_YEAR = light.pattern(
    r"\b(?:from|as of|starting|beginning|ab|dès|à partir d[eu]|desde|a partir de)\b[^,.;]{0,20}?\b(20\d\d)\b",
    re.I,
)
# What says that something is not as it was.
CHANGES = light.pattern(
    r"\b(?:postpon\w+|delay\w*|mov(?:e[ds]?|ing)|brought forward|instead|no longer|any ?more|now|as of|from|rais\w+"
    r"|ris(?:es|en)|rose|increas\w+|lower\w*|reduc\w+|(?:went|goes|go|gone) (?:up|down)|chang\w+|new|extend\w*"
    r"|prolong\w*|longer|later|earlier|keep|correct\w*|replac\w+|cancel\w*|will be|becomes?"
    r"|verschoben|verlegt|verschiebt|statt|stattdessen|nicht mehr|jetzt|nun|künftig|ab|erhöh\w+|gesenkt|steigt"
    r"|gestiegen|sinkt|geändert|ändert|neue?[nrsm]?|verlängert|länger|später|früher|wird"
    r"|report\w+|déplac\w+|désormais|maintenant|au lieu|dès|à partir|augment\w+|baiss\w+|nouve\w+|plus tard"
    r"|aplaz\w+|ahora|en lugar|ya no|a partir|desde|sub[ei]\w*|baj[aó]\w*|cambi\w+|nuev[oa]s?)\b",
    re.I,
)
_MOVED = light.pattern(  # of what the same sentence says it was: "moved from 3 to 9 May"
    r"\b(?:postponed|moved|brought forward|rescheduled|chang(?:ed|es)|instead of|raised|lowered|verschoben|verlegt"
    r"|statt|geändert|erhöht|gesenkt|reporté\w*|déplacé\w*|au lieu|augmenté\w*|aplazad[oa]s?|cambiad[oa]s?"
    r"|en lugar)\b",
    re.I,
)
_PAST = light.pattern(
    r"\b(?:would|could|might|did|was|were|had|been|has|have|ago|war(?:en)?|wurden?|hat(?:ten?)?"
    r"|haben|était|étaient|avait|a été|fue(?:ron)?|era"
    r"|había)\b|\b(?:19|20)\d\d\b",
    re.I,
)
_PLANNED = light.pattern(
    r"\b(?:can|will|would|could|is to|are to|plans? to|expects?|wird|werden|kann|soll)\b", re.I
)
_STILL = light.pattern(r"\b(?:still|noch|toujours|encore|todav[ií]a|a[uú]n|sigue)\b", re.I)
_SPOKEN = 0.35  # of a question's words, by rarity, that a newer sentence must hold with its context
_LIKELY = 0.55  # of the best one's worth
_HEAD = 4  # words of a line that is hardly more than a date
_TO_COME = light.pattern(
    r"\W*(?:when(?:['’]s| is| are| do| does| must| should)|(?:what|which|on (?:what|which)) (?:day|date) is"
    r"|wann (?:ist|sind|muss|findet)|quand (?:est|sont|a lieu)|cuándo (?:es|son|toca))\b"
    r"(?!.*\b(?:born|birthday|founded|last|geburtstag|anniversaire|cumpleaños)\b)",
    re.I,
)
_AT_HEAD = light.pattern(
    rf"\W{{0,4}}(?:\d{{1,2}}[./]\d{{1,2}}\b|\d{{4}}-\d\d-\d\d\b|(?:{spans.WEEKDAY.pattern},? )?"
    r"\d{1,2}\.? [^\W\d_]{3,9}\b)",
    re.I,
)
_DAY_AT_HEAD = 18  # characters of an entry that may be its day: "12 September 2026:"
_AMONG = 8  # best candidates of which one may come first
_NEARLY = 0.8  # of the best one's worth, and of what it covers of the question


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the newest of those that answer a question about the present nearly as well as the best.

    Nothing changes where the question is not about the present, or where the best has no date of its own.
    """
    if (entry := _newest_entry(question, ranked) or _coming(question, ranked)) is not None:
        return led_by(entry, ranked)
    if not question.asks_now:
        return list(ranked)
    near = [*telling(question, ranked[:_AMONG])]
    if question.kind != "when":
        near = _present(near)
        ranked = led_by(near[0], ranked) if near else ranked
    since = near[0].hit.date if near else None
    if since is None:
        return list(ranked)
    best = near[0]
    worth = {id(c): _worth(question, c) for c in near}
    newer = [
        c
        for c in near
        if (c.hit.date or 0.0) > since
        and worth[id(c)] >= _NEARLY * worth[id(best)]
        and c.covered >= _NEARLY * best.covered
    ]
    if not newer:
        return list(ranked)
    newest = max(newer, key=lambda c: (c.hit.date or 0.0, worth[id(c)]))
    return led_by(newest, ranked)


def _newest_entry(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """The last entry up to today of a diary or table whose entries begin with their day, where several say the same:
    what the dog weighs now is what the last of them says. None where the best is that, or no such entry."""
    if question.kind not in ("what", "number", "money", "who", "where") or _PAST.search(question.text):
        return None
    near = [*telling(question, ranked)]
    if not near or days_in(question.text) or not (since := _entered(near[0])):
        return None
    best, now = near[0], today()
    own = awaited.topic(question) & best.held
    newer = [
        c
        for c in near
        if c.hit.document_id == best.hit.document_id
        and since < _entered(c) <= now
        and own <= c.held
        and c.features["kind"] >= best.features["kind"]
        and c.covered >= _NEARLY * best.covered
    ]
    return max(newer, key=lambda c: (_entered(c), c.score), default=None)


def _coming(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """The next day to come of what is asked about, where the best tells only days that are past: "when is the MOT"
    asks for the one in the calendar. None where the best is that, or no other says as much."""
    near = [*telling(question, ranked[:_AMONG])]
    if question.kind != "when" or not near or not _TO_COME.match(question.text) or days_in(question.text):
        return None
    best, now = near[0], today()
    known = days_with_year(best.text)
    # A calendar has the same again and again: the next of it comes before the last.
    if not known or (max(known) >= now and best.hit.kind != "event"):
        return None
    own = awaited.topic(question)
    coming = [
        (min(days), c)
        for c in near
        if (days := [day for day in days_with_year(c.text) if day >= now])
        and own & (best.held | best.about) <= c.held | c.about
        and c.covered >= _NEARLY * best.covered
    ]
    return min(coming, key=lambda found: found[0])[1] if coming else None


def _entered(candidate: Candidate) -> tuple[int, ...]:
    """The day with which an entry begins, () = none."""
    begins = candidate.text.lstrip("-*+•|[ ")[:_DAY_AT_HEAD]
    return next(iter(sorted(days_with_year(begins))), ()) if begins[:1].isdigit() else ()


def _present(near: Sequence[Candidate]) -> list[Candidate]:
    """``near`` without what is to come ("96 from 2027"), unless nothing else answers nearly as well."""
    this = today()[0]
    ahead = {id(c) for c in near if (years := _FROM_YEAR.findall(c.text)) and int(min(years)) > this}
    rest = [c for c in near if id(c) not in ahead]
    if not ahead or not rest or rest[0].score < _NEARLY * near[0].score:
        return list(near)
    return rest if rest[0].features["kind"] >= near[0].features["kind"] else list(near)


def _worth(question: Question, candidate: Candidate) -> float:
    """Its score, as if it held what is awaited where the sentence behind it is told with it."""
    _, behind = in_context(question, candidate.hit, candidate.text)
    return candidate.score + (FEATURES["kind"] * (1.0 - candidate.features["kind"]) if behind else 0.0)


def changed(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """What a newer document says of the same, with words that tell of a change and with another value, where the best
    sentence tells a value and the question is about how things stand: they are worded apart, and the older one alone
    would be told for what holds."""
    near = [*telling(question, ranked[:_AMONG])]
    if not near or question.kind in (*GATHERED, "why", "how"):
        return None
    best, *others = near
    # What was planned may have been changed before it was done.
    if _PAST.search(question.text) and not (question.kind == "when" and _PLANNED.search(best.text)):
        return None
    value = _value(question, best)
    told = awaited.topic(question)
    told = told - set(question.names) or told  # another number of the same person is no newer one
    if _STILL.search(question.text):
        return _since(question, best, others, told)
    if not value:
        return None
    newer = [
        c
        for c in others
        if (
            (CHANGES.search(c.text) and _written(c) > _written(best))
            if _apart(c, best)
            else _moved_behind(c, best)
        )
        and _tells_another(question, c, best, value)
        and not told.isdisjoint(c.held)
        and c.covered >= _SPOKEN
        and (_said(c) >= _LIKELY * _said(best) or not _apart(c, best))
        and bool(c.features["names"]) >= bool(best.features["names"])
    ]
    return max(newer, key=lambda c: (_written(c), c.score), default=None)


def _apart(candidate: Candidate, best: Candidate) -> bool:
    return candidate.hit.document_id != best.hit.document_id


def _moved_behind(candidate: Candidate, best: Candidate) -> bool:
    """Whether a later entry of the same notes, which begins with its day, says that something was moved: notes of
    calls go on downwards."""
    hit = candidate.hit
    return (
        (hit.start + candidate.unit.start) > (best.hit.start + best.unit.start)
        and not candidate.is_row
        and _AT_HEAD.match(candidate.text) is not None
        and _MOVED.search(candidate.text) is not None
    )


def _tells_another(
    question: Question, candidate: Candidate, best: Candidate, value: frozenset[object]
) -> bool:
    """Whether a sentence tells another value; one that says what it was moved from may tell the old one as well."""
    other = _value(question, candidate)
    if other and not other <= value and not value <= other:
        return True
    days = days_in(candidate.text) if question.kind == "when" else frozenset()
    if _MOVED.search(candidate.text) is None:
        return False
    return days_in(best.text) < days if days else value < other


def _since(
    question: Question, best: Candidate, others: Sequence[Candidate], told: Set[str]
) -> Candidate | None:
    """What was written later of whom or what is asked about, where it is asked whether something is still so."""
    newer = [
        c
        for c in others
        if c.hit.document_id != best.hit.document_id
        and _written(c) > _written(best) > (0, 0, 0)
        and not told.isdisjoint(c.held)
        and set(question.names) <= c.held | c.context
        and c.covered >= _SPOKEN
    ]
    return max(newer, key=lambda c: (_written(c), c.score), default=None)


def _said(candidate: Candidate) -> float:
    """Its score by its words: the meaning of few is asked for."""
    return candidate.score - FEATURES["meaning"] * candidate.features.get("meaning", 0.0)


def _value(question: Question, candidate: Candidate) -> frozenset[object]:
    if question.kind == "what" and not question.asks_code and not spans.MONEY.search(candidate.text):
        return frozenset(days_in(candidate.text))  # of the other numbers of a text any may be meant
    return counted(question, select(question, [candidate])[0])


def _written(candidate: Candidate) -> tuple[int, int, int]:
    """The day of its document; where that has none, the one at the head of its passage; (0, 0, 0) = unknown."""
    if candidate.hit.date is not None:
        day = moment_of(candidate.hit)
        return (day.year, day.month, day.day) if day else (0, 0, 0)
    head = next(iter(candidate.hit.text.strip().splitlines()), "")
    return next(iter(days_with_year(head)), (0, 0, 0)) if len(head.split()) <= _HEAD else (0, 0, 0)
