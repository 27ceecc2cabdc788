"""The query line: what a person types becomes words, required and excluded terms, and filters.

    line     = { item }
    item     = [ "-" | "+" | "NOT" ] atom { "OR" atom }
    atom     = filter | "(" line ")" | phrase | prefix | word
    filter   = name ":" value            from:dana  type:pdf  date:2024-03  "has":attachment
    phrase   = '"' text '"'              must stand there word for word
    prefix   = word "*"
    AND, +word: the word is required; otherwise any of the words is enough and ranking does the rest.

No text is an error: what does not parse as an operator or a filter (an unknown name, an impossible date, a lone
quote or bracket) is searched as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from gemmasearch.documents import Condition
from gemmasearch.retrieval import dates

MOST_TERMS = 64  # of a longer line the first so many terms are searched
LONGEST_TERM = 200  # characters of one of them
LONGEST_TEXT = 4000  # characters that the embedder gets


@dataclass(frozen=True, slots=True)
class Term:
    """``kind`` is "word", "phrase" or "prefix"; ``text`` is as typed, without quotes and star."""

    text: str
    kind: str = "word"


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


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, open, close
    text: str
    sign: str = ""  # "-", "+"
    name: str = ""  # of a filter


_LEXEME = re.compile(
    r"""(?P<sign>(?:(?<=\s)|(?<=\()|\A)[-+](?=[\w"“„«(]))?
        (?: (?P<open>\() | (?P<close>\))
          | (?P<name>[A-Za-z]{2,12}):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"()]+))
          | ["“„«](?P<phrase>[^"“”„»]*)["”“»]
          | (?P<word>[^\s()"“”„«»]+)
          | (?P<other>\S) )""",
    re.X,
)


def parse(line: str, *, now: datetime | None = None) -> Query:
    """Understand a line. ``now`` fixes what "last week" means (default: the clock, local time)."""
    parser = _Parser(line, now or datetime.now().astimezone())
    return parser.query()


class _Parser:
    def __init__(self, line: str, now: datetime) -> None:
        self.line = line
        self.now = now
        self.words: list[Term] = []
        self.required: list[tuple[Term, ...]] = []
        self.excluded: list[Term] = []
        self.conditions: list[Condition] = []
        self.spoken: list[str] = []

    def query(self) -> Query:
        tokens = list(islice(_tokens(self.line), 4 * MOST_TERMS))
        position = 0
        while position < len(tokens):
            position = self._item(tokens, position)
        return Query(
            self.line,
            tuple(dict.fromkeys(self.words))[:MOST_TERMS],
            tuple(dict.fromkeys(self.required))[:MOST_TERMS],
            tuple(dict.fromkeys(self.excluded))[:MOST_TERMS],
            tuple(dict.fromkeys(self.conditions))[:MOST_TERMS],
            " ".join(self.spoken)[:LONGEST_TEXT],
        )

    def _item(self, tokens: Sequence[_Token], at: int) -> int:
        token = tokens[at]
        if token.name:
            taken = self._filter(tokens, at)
            if taken:
                return at + taken
        if _is(token, "NOT") and at + 1 < len(tokens) and tokens[at + 1].kind != "close":
            return self._item(
                [*tokens[: at + 1], replace(tokens[at + 1], sign="-"), *tokens[at + 2 :]], at + 1
            )
        if _is(token, "AND") and 0 < at < len(tokens) - 1:
            self._require_last()
            following = tokens[at + 1]
            return self._item(
                [*tokens[: at + 1], replace(following, sign=following.sign or "+"), *tokens[at + 2 :]], at + 1
            )
        return self._group(tokens, at)

    def _group(self, tokens: Sequence[_Token], at: int) -> int:
        """One atom, with all that "OR" joins to it."""
        sign = tokens[at].sign
        terms, at = self._atom(tokens, at)
        alternatives = 1
        while at + 1 < len(tokens) and (_is(tokens[at], "OR") or _is(tokens[at], "|")) and terms:
            more, at = self._atom(tokens, at + 1)
            terms += more
            alternatives += bool(more)
        if sign == "-":
            self.excluded += terms
            return at
        self.spoken += [t.text for t in terms]
        if alternatives > 1 or (sign == "+" and terms):
            self.required.append(tuple(terms))
        else:
            self.words += [t for t in terms if t.kind != "phrase"]
            self.required += [(t,) for t in terms if t.kind == "phrase"]
        return at

    def _atom(self, tokens: Sequence[_Token], at: int) -> tuple[list[Term], int]:
        token = tokens[at]
        if token.kind == "open":
            return self._bracket(tokens, at + 1)
        return _terms(token), at + 1

    def _bracket(self, tokens: Sequence[_Token], at: int) -> tuple[list[Term], int]:
        terms: list[Term] = []
        while at < len(tokens) and tokens[at].kind != "close":
            token = tokens[at]
            if not (_is(token, "OR") or _is(token, "AND") or _is(token, "|") or token.kind == "open"):
                terms += _terms(token)
            at += 1
        return terms, at + 1

    def _require_last(self) -> None:
        if self.words:
            self.required.append((self.words.pop(),))

    def _filter(self, tokens: Sequence[_Token], at: int) -> int:
        """:return: how many tokens the filter took, 0 if it is none after all."""
        token = tokens[at]
        read = FILTERS.get(token.name.lower())
        if read is None:
            return 0
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        for taken in (2, 1):
            if taken == 2 and (
                following is None or following.kind != "word" or following.name or following.sign
            ):
                continue
            value = token.text if taken == 1 or following is None else f"{token.text} {following.text}"
            if taken == 2 and not dates.opens(token.text):
                continue
            found = read(value, self.now)
            if found:
                negated = token.sign == "-"
                self.conditions += [replace(c, negated=c.negated != negated) for c in found]
                return taken
        return 0


def _tokens(line: str) -> Iterator[_Token]:
    for match in _LEXEME.finditer(line):
        sign = match["sign"] or ""
        if match["open"] or match["close"]:
            yield _Token("open" if match["open"] else "close", "", sign)
        elif match["name"]:
            yield _Token(
                "word", match["quoted"] if match["value"] is None else match["value"], sign, match["name"]
            )
        elif match["phrase"] is not None:
            yield _Token("phrase", match["phrase"], sign)
        elif match["word"]:
            yield _Token("word", match["word"], sign)


def _is(token: _Token, operator: str) -> bool:
    return token.kind == "word" and not token.name and not token.sign and token.text == operator


def _terms(token: _Token) -> list[Term]:
    text = (f"{token.name}:{token.text}" if token.name else token.text)[:LONGEST_TERM]
    if token.kind == "phrase":
        return [Term(text, "phrase")] if _spoken(text) else []
    if text.endswith("*") and len(_spoken(text)) > 1:
        return [Term(text.rstrip("*"), "prefix")]
    return [Term(text)] if text.strip() else []


def _spoken(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


# -- filters --------------------------------------------------------------------------------------------------

Reader = Callable[[str, datetime], list[Condition]]


def _has(name: str) -> Reader:
    return lambda value, now: [Condition(name, "has", value)] if _spoken(value) else []


def _equal(name: str) -> Reader:
    def read(value: str, now: datetime) -> list[Condition]:
        return [Condition(name, "is", value.lower().lstrip("."))] if _spoken(value) else []

    return read


def _yes_no(name: str) -> Reader:
    def read(value: str, now: datetime) -> list[Condition]:
        known = {"yes": False, "true": False, "1": False, "no": True, "false": True, "0": True}
        return [Condition(name, "is", 1, known[value.lower()])] if value.lower() in known else []

    return read


def _existing(value: str, now: datetime) -> list[Condition]:
    name = value.lower().removesuffix("s")
    return [Condition("has", "is", name)] if name in ("attachment", "tag", "date", "title") else []


def _place(name: str) -> Reader:
    return lambda value, now: [Condition(name, "is", value)] if value.strip() else []


_SIZE = re.compile(
    r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)\s*([kmg]?)i?b?(?:\.\.(\d+(?:\.\d+)?)\s*([kmg]?)i?b?)?\Z", re.I
)
_UNIT = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}


def _size(value: str, now: datetime) -> list[Condition]:
    match = _SIZE.match(value)
    if not match:
        return []
    sign, number, unit, upper, upper_unit = match.groups()
    low = float(number) * _UNIT[unit.lower()]
    if upper is not None:
        return [
            Condition("size", ">=", low),
            Condition("size", "<", float(upper) * _UNIT[upper_unit.lower()] + 1),
        ]
    if sign in ("<", "<="):
        return [Condition("size", "<", low + (sign == "<="))]
    if sign == "=":
        return [Condition("size", ">=", low), Condition("size", "<", low + 1)]
    return [Condition("size", ">=", low + (sign == ">"))]


def _date(value: str, now: datetime) -> list[Condition]:
    span = dates.span(value, now)
    if span is None:
        return []
    low = [Condition("date", ">=", span[0])] if span[0] is not None else []
    return low + ([Condition("date", "<", span[1])] if span[1] is not None else [])


def _before(value: str, now: datetime) -> list[Condition]:
    span = dates.span(value, now)
    return [Condition("date", "<", span[0])] if span and span[0] is not None else []


def _after(value: str, now: datetime) -> list[Condition]:
    span = dates.span(value, now)
    return [Condition("date", ">=", span[0])] if span and span[0] is not None else []


FILTERS: Mapping[str, Reader] = {
    "from": _has("from"), "to": _has("to"), "cc": _has("cc"), "subject": _has("title"), "title": _has("title"),
    "path": _has("path"), "tag": _has("tag"), "site": _has("site"), "in": _place("in"), "type": _equal("type"),
    "kind": _equal("type"), "ext": _equal("ext"), "lang": _equal("lang"), "has": _existing,
    "quoted": _yes_no("quoted"), "thread": _place("thread"), "size": _size, "date": _date, "before": _before,
    "after": _after, "since": _after,
}  # fmt: skip
