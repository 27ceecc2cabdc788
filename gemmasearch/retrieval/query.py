"""The query line understood: ranked words, required and excluded terms, and filters.

Words that only stand side by side are ranked: any of them is enough, and the ranking does the rest. A phrase,
``+word``, both sides of AND and one side of OR are required. Alternatives that are more than terms
(``from:dana OR invoice``) become one condition with branches. Excluding a bracket excludes each thing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from gemmasearch.documents import Condition
from gemmasearch.light import dataclass
from gemmasearch.retrieval import grammar
from gemmasearch.retrieval.grammar import Either, Filter, Group, Must, Node, Not, Term

MOST_TERMS = 64  # of a longer line the first so many terms are searched
LONGEST_TEXT = 4000  # characters that the embedder gets
EITHER = "either"  # the field of a condition that has branches
TEXT = "text"  # the field of a term within a branch; its kind is the operator


@dataclass(frozen=True, slots=True)
class Query:
    """A line as it was understood.

    ``words`` are ranked; of each group in ``required`` one term must be in the passage; no document with an
    ``excluded`` term is found; ``conditions`` are filters. ``text`` is what the meaning is taken from.
    """

    line: str
    words: tuple[Term, ...] = ()
    required: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()
    text: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that is looked for, required or not, once each."""
        found = (*self.words, *(term for group in self.required for term in group))
        return tuple(dict.fromkeys(found))

    @property
    def open(self) -> bool:
        """Whether a filter among alternatives may let in what has none of the words: they all stand there, too."""
        either = [c for c in self.conditions if c.field == EITHER and not c.negated]
        among = set(_texts_in(either))
        return bool(either) and all(word.text in among for word in self.words)


def parse(line: str, *, now: datetime | None = None) -> Query:
    """Understand a line. ``now`` fixes what "last week" means (default: the clock, local time)."""
    plan = _Plan()
    plan.take(grammar.parse(line, now or datetime.now().astimezone()))
    return Query(
        line,
        tuple(dict.fromkeys(plan.words))[:MOST_TERMS],
        tuple(dict.fromkeys(plan.required))[:MOST_TERMS],
        tuple(dict.fromkeys(plan.excluded))[:MOST_TERMS],
        tuple(dict.fromkeys(plan.conditions))[:MOST_TERMS],
        " ".join(plan.spoken)[:LONGEST_TEXT],
    )


class _Plan:
    """What the nodes of the tree, taken one after the other, ask for."""

    def __init__(self) -> None:
        self.words: list[Term] = []
        self.required: list[tuple[Term, ...]] = []
        self.excluded: list[Term] = []
        self.conditions: list[Condition] = []
        self.spoken: list[str] = []

    def take(self, node: Node, *, required: bool = False) -> None:
        match node:
            case Term(text, kind):
                self.spoken.append(text)
                if required or kind == "phrase":
                    self.required.append((node,))
                else:
                    self.words.append(node)
            case Filter(conditions):
                self.conditions += [_either([conditions])] if required else conditions
            case Group(nodes):
                for each in nodes:
                    self.take(each, required=required)
            case Must(inner):
                self.take(inner, required=True)
            case Not(inner):
                self.exclude(inner)
            case Either(nodes):
                self.choose(nodes)

    def exclude(self, node: Node) -> None:
        match node:
            case Term():
                self.excluded.append(node)
            case Filter(conditions):
                self.conditions.append(_negated(conditions))
            case Group(nodes) | Either(nodes):
                for each in nodes:
                    self.exclude(each)
            case Must(inner):
                self.exclude(inner)
            case Not(inner):
                self.take(inner)

    def choose(self, nodes: tuple[Node, ...]) -> None:
        """One of several: a group of required terms, or a condition with branches."""
        plain = [term for node in nodes for term in _alternative_terms(node)]
        if all(_alternative_terms(node) or node == Group(()) for node in nodes):
            self.spoken += [term.text for term in plain]
            if plain:
                self.required.append(tuple(plain))
            return
        for node in nodes:
            for term in _positive_terms(node):
                self.words.append(term)
                self.spoken.append(term.text)
        branches = [found for node in nodes if (found := _clauses(node))]
        if branches:
            self.conditions.append(_either(branches))


def _alternative_terms(node: Node) -> list[Term]:
    """The terms of an alternative that consists of one term, or of such alternatives; [] if there is more to it."""
    match node:
        case Term():
            return [node]
        case Either(nodes):
            inner = [_alternative_terms(each) for each in nodes]
            return [term for terms in inner for term in terms] if all(inner) else []
        case Group((only,)) | Must(only):
            return _alternative_terms(only)
    return []


def _positive_terms(node: Node) -> list[Term]:
    match node:
        case Term():
            return [node]
        case Group(nodes) | Either(nodes):
            return [term for each in nodes for term in _positive_terms(each)]
        case Must(inner):
            return _positive_terms(inner)
    return []


def _clauses(node: Node) -> tuple[Condition, ...]:
    """A node as conditions that must all hold."""
    match node:
        case Term(text, kind):
            return (Condition(TEXT, kind, text),) if grammar.spoken(text) else ()
        case Filter(conditions):
            return conditions
        case Group(nodes):
            return tuple(clause for each in nodes for clause in _clauses(each))
        case Must(inner):
            return _clauses(inner)
        case Either(nodes):
            branches = [found for each in nodes if (found := _clauses(each))]
            return (_either(branches),) if branches else ()
        case Not(Group(nodes)):
            return tuple(clause for each in nodes for clause in _clauses(Not(each)))
        case Not(inner):
            found = _clauses(inner)
            return (_negated(found),) if found else ()


def _texts_in(conditions: Iterable[Condition]) -> Iterator[str]:
    """The terms among filters, at any depth."""
    for condition in conditions:
        if condition.field == TEXT:
            yield str(condition.value)
        for branch in condition.branches:
            yield from _texts_in(branch)


def _either(branches: list[tuple[Condition, ...]]) -> Condition:
    return Condition(EITHER, "is", "", branches=tuple(branches))


def _negated(conditions: tuple[Condition, ...]) -> Condition:
    """The opposite of several conditions together is one condition, not the opposite of each."""
    if len(conditions) == 1:
        return replace(conditions[0], negated=not conditions[0].negated)
    return replace(_either([conditions]), negated=True)
