"""The query line as a tree: one scanner, one recursive-descent parser, and no text that they refuse.

    line         = { item }
    item         = alternatives { "AND" alternatives }      with AND each of them is required
    alternatives = signed { ( "OR" | "|" ) signed }
    signed       = [ "-" | "+" | "NOT" ] atom
    atom         = filter | "(" line ")" | phrase | prefix | word
    filter       = name ":" value            from:dana  type:pdf  date:last week  subject:"two words"
                 | name ":" "(" line ")"     from:(dana OR tom): the filter, of each term in the brackets
    phrase       = '"' text [ "*" ] '"'
    prefix       = word "*"

OR binds closer than words that only stand side by side. What does not parse as an operator or a filter (an unknown
name, an impossible date, a lone quote or bracket) is a word; the plus of a telephone number is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from gemmasearch import light
from gemmasearch.documents import Condition
from gemmasearch.light import dataclass
from gemmasearch.retrieval import fields

MOST_TOKENS = 256  # of a longer line the rest is left out
DEEPEST = 12  # brackets within brackets; further ones are passed over
LONGEST_TERM = 200  # characters


@dataclass(frozen=True, slots=True)
class Term:
    """``kind`` is "word", "phrase" or "prefix"; ``text`` is as typed, without quotes and star."""

    text: str
    kind: str = "word"


@dataclass(frozen=True, slots=True)
class Filter:
    """What one ``name:value`` asks for: all of its conditions (a span of time has two)."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in brackets, or a whole line."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Must:
    node: Node


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


Node = Term | Filter | Group | Either | Must | Not


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, of (brackets follow), open, close
    text: str
    sign: str = ""  # "-", "+"
    name: str = ""  # of a filter
    quoted: bool = False


_LEXEME = light.pattern(
    r"""(?P<sign>(?:(?<=\s)|(?<=\()|\A)(?!\+\d(?:[\s()/.-]*\d){6})[-+](?=[\w"“„«(]))?
        (?: (?P<open>\() | (?P<close>\))
          | (?P<of>[A-Za-z]{2,12}):(?=\()
          | (?P<name>[A-Za-z]{2,12}):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"()]+))
          | ["“„«](?P<phrase>[^"“”„»]*)["”“»]
          | (?P<word>[^\s()"“”„«»]+)
          | (?P<other>\S) )""",
    re.X,
)


def parse(line: str, now: datetime) -> Group:
    """The tree of a line; ``now`` is what dates such as "last week" refer to."""
    return _Parser(list(islice(_tokens(line), MOST_TOKENS)), now).line(0)


def spoken(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(c for c in text if c.isalnum())


def says(text: str) -> bool:
    """Whether a text has more than punctuation: a letter, a digit, or a sign such as an emoji, which models know."""
    return any(c.isalnum() or unicodedata.category(c) == "So" for c in text)


class _Parser:
    def __init__(self, tokens: list[_Token], now: datetime) -> None:
        self.tokens = tokens
        self.now = now
        self.at = 0

    def line(self, depth: int) -> Group:
        """Items up to the end, or within brackets up to the closing one."""
        nodes: list[Node] = []
        while self.at < len(self.tokens):
            if self.tokens[self.at].kind == "close":
                self.at += 1
                if depth:
                    break
                continue
            nodes += self._item(depth)
        return Group(tuple(nodes))

    def _item(self, depth: int) -> list[Node]:
        nodes = [self._alternatives(depth)]
        while self._operator("AND"):
            self.at += 1
            nodes.append(self._alternatives(depth))
        return nodes if len(nodes) == 1 else [Must(node) for node in nodes]

    def _alternatives(self, depth: int) -> Node:
        nodes = [self._signed(depth)]
        while self._operator("OR") or self._operator("|"):
            self.at += 1
            nodes.append(self._signed(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _signed(self, depth: int) -> Node:
        negations = 0
        while self._operator("NOT"):
            negations += 1
            self.at += 1
        sign = self.tokens[self.at].sign
        node = self._atom(depth)
        if (sign == "-") != bool(negations % 2):
            return Not(node)
        return Must(node) if sign == "+" else node

    def _operator(self, name: str) -> bool:
        """Whether an operator stands here and something that it can apply to behind it."""
        if self.at + 1 >= len(self.tokens) or self.tokens[self.at + 1].kind == "close":
            return False
        token = self.tokens[self.at]
        return token.kind == "word" and not token.name and not token.sign and token.text == name

    def _atom(self, depth: int) -> Node:
        token = self.tokens[self.at]
        if token.kind == "open":
            self.at += 1
            return self.line(depth + 1) if depth < DEEPEST else Group(())
        if token.kind == "close":
            self.at += 1
            return Group(())
        if token.kind == "of":
            return self._of_each(depth)
        found = self._filter() if token.name else None
        if found is None:
            self.at += 1
        return found or _term(token)

    def _of_each(self, depth: int) -> Node:
        """A filter of what stands in the brackets behind it; of an unknown name both are as if they stood alone."""
        name = self.tokens[self.at].name
        self.at += 1
        inner = self._atom(depth)
        read = fields.FILTERS.get(name.lower())
        if read is None:
            return Group((Term(f"{name}:"), inner))
        if name.lower() in fields.DATES and (found := read(_plain(inner), self.now)):
            return Filter(tuple(found))
        return _filtered(inner, lambda text: read(text, self.now))

    def _filter(self) -> Node | None:
        """The filter that begins here; a date may take the next words with it ("last week", "3 days ago")."""
        token = self.tokens[self.at]
        read = fields.FILTERS.get(token.name.lower())
        if read is None:
            return None
        values = [token.text]
        if token.name.lower() in fields.DATES and not token.quoted:
            following = self.tokens[self.at + 1 : self.at + fields.LONGEST_DATE]
            for word in following:
                if word.kind != "word" or word.name or word.sign or word.text in ("OR", "AND", "NOT", "|"):
                    break
                values.append(word.text)
        found, taken = fields.longest(token.name.lower(), values, self.now)
        if not found:
            return None
        self.at += taken
        return Filter(tuple(found))


def _plain(node: Node) -> str:
    """The words of a bracket that holds nothing else, "" of any other."""
    nodes = node.nodes if isinstance(node, Group) else ()
    texts = [each.text for each in nodes if isinstance(each, Term)]
    return " ".join(texts) if len(texts) == len(nodes) else ""


def _filtered(node: Node, read: Callable[[str], list[Condition]]) -> Node:
    """A tree with each of its terms as a filter, where it makes sense as one."""
    match node:
        case Term(text):
            found = read(text)
            return Filter(tuple(found)) if found else node
        case Group(nodes):
            return Group(tuple(_filtered(each, read) for each in nodes))
        case Either(nodes):
            return Either(tuple(_filtered(each, read) for each in nodes))
        case Must(inner):
            return Must(_filtered(inner, read))
        case Not(inner):
            return Not(_filtered(inner, read))
        case Filter():
            return node


def _tokens(line: str) -> Iterator[_Token]:
    for match in _LEXEME.finditer(line):
        sign = match["sign"] or ""
        if match["open"] or match["close"]:
            yield _Token("open" if match["open"] else "close", "", sign)
        elif match["of"]:
            yield _Token("of", "", sign, match["of"])
        elif match["name"]:
            quoted = match["value"] is None
            yield _Token("word", match["quoted"] if quoted else match["value"], sign, match["name"], quoted)
        elif match["phrase"] is not None:
            yield _Token("phrase", match["phrase"], sign)
        elif match["word"]:
            yield _Token("word", match["word"], sign)


def _term(token: _Token) -> Node:
    text = (f"{token.name}:{token.text}" if token.name else token.text)[:LONGEST_TERM]
    if token.kind == "phrase":
        open_end = text.endswith("*") and len(spoken(text)) > 1
        if open_end:
            return Must(Term(text.rstrip("*"), "prefix"))
        return Term(text, "phrase") if spoken(text) else Group(())
    if text.endswith("*") and len(spoken(text)) > 1:
        return Term(text.rstrip("*"), "prefix")
    return Term(text) if text.strip() else Group(())
