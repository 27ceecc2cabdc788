"""How a line of the query language was understood, in words for people."""

from __future__ import annotations

from datetime import datetime

from gemmasearch.documents import Condition
from gemmasearch.retrieval.fields import DATES, ELSEWHERE, FILTERS
from gemmasearch.retrieval.grammar import Term
from gemmasearch.retrieval.query import EITHER, TEXT, Query, parse
from gemmasearch.retrieval.search import search
from gemmasearch.store import Store


def explain(line: str) -> list[str]:
    """One remark per part of a line."""
    query = parse(line)
    remarks = []
    if query.words:
        remarks.append("any of these words, ranked: " + ", ".join(_named(t) for t in query.words))
    for group in query.required:
        remarks.append("required: " + " or ".join(_named(t) for t in group))
    if query.excluded:
        remarks.append("no document with: " + ", ".join(_named(t) for t in query.excluded))
    remarks += [f"filter: {_condition(c)}" for c in query.conditions]
    remarks += [f"no filter, searched as words: {said}" for said in misread(query)]
    remarks += [f"nothing can pass both filters: {said}" for said in contradictory(query)]
    if query.text.strip():
        return [*remarks, f"meaning of: {query.text}"]
    return [*remarks, "filters alone: listed newest first" if query.conditions else "nothing to look for"]


def empty_filters(store: Store, line: str) -> list[str]:
    """The filters of a line that no document passes even alone."""
    plain = [c for c in parse(line).conditions if not c.negated and c.field not in (EITHER, TEXT)]
    return [_condition(c) + _thread_hint(c) for c in plain if not _passed(store, c)]


def _passed(store: Store, condition: Condition) -> bool:
    if condition.field == "thread":
        return bool(search(store, None, f'thread:"{condition.value}"', limit=1))
    return bool(store.listing((condition,), 1))


def _thread_hint(condition: Condition) -> str:
    return (
        " (no hit or message is called so: search again, files may have changed)"
        if condition.field == "thread"
        else ""
    )


def misread(query: Query) -> list[str]:
    """What begins like a filter but has no value that makes sense, such as ``date:gibberish``, and filters of other
    programs."""
    terms = dict.fromkeys(term.text for term in (*query.words, *query.excluded))
    named = ((text, *text.partition(":")[::2]) for text in terms)
    found = ((text, _misread(name.lower(), value)) for text, name, value in named if value)
    return [text + why for text, why in found if why is not None]


def _misread(name: str, value: str) -> str | None:
    if name in FILTERS:
        return " (it ends before it begins)" if _backwards(name, value) else ""
    if name in ELSEWHERE and not value.startswith("/"):  # file:///home is an address
        return f" ({ELSEWHERE[name]} is the filter for it)"
    return None


def contradictory(query: Query) -> list[str]:
    """Pairs of filters that nothing passes together, such as ``after:2024 before:2023``."""
    spans: dict[str, list[Condition]] = {}
    for condition in query.conditions:
        if condition.op in (">=", "<") and not condition.negated:
            spans.setdefault(condition.field, []).append(condition)
    found = []
    for conditions in spans.values():
        low = max((c for c in conditions if c.op == ">="), key=_bound, default=None)
        high = min((c for c in conditions if c.op == "<"), key=_bound, default=None)
        if low and high and _bound(low) >= _bound(high):
            found.append(f"{_condition(low)}, and {_condition(high)}")
    return found


def _bound(condition: Condition) -> float:
    return float(condition.value)


def _backwards(name: str, value: str) -> bool:
    """Whether a range of time would be one the other way round."""
    left, dots, right = value.partition("..")
    return (
        bool(dots) and name in DATES and bool(FILTERS[name](f"{right}..{left}", datetime.now().astimezone()))
    )


def _named(term: Term) -> str:
    text = term.text + ("*" if term.kind == "prefix" else "")
    return f'"{text}"' if term.kind == "phrase" or " " in text else text


def _condition(condition: Condition) -> str:
    sign = "not " if condition.negated else ""
    if condition.field == EITHER:
        branches = [" and ".join(_condition(c) for c in branch) for branch in condition.branches]
        return sign + (" or ".join(f"({b})" for b in branches) if len(branches) > 1 or sign else branches[0])
    if condition.field == TEXT:
        return f"{sign}the text has {_named(Term(str(condition.value), condition.op))}"
    value = condition.value
    if condition.field in ("date", "visited") and isinstance(value, float):
        value = datetime.fromtimestamp(value).astimezone().isoformat(sep=" ", timespec="minutes")
    if condition.field == "size" and isinstance(value, float):
        value = f"{value:,.0f} bytes"
    relation = {"has": "has", "is": "is", ">=": "from", "<": "before"}[condition.op]
    return f"{sign}{condition.field} {relation} {value}"
