"""A sentence as its reader sees it: without the marks of Markdown, Org and HTML that the file is written in.

What is asked, found and checked keeps the file's own words; only what is shown goes through here. Code, addresses,
paths and formulas stay as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from gemmasearch import light

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd")
_ORG, _RST = ".org", ".rst"
_AS_IT_STANDS = (".csv", ".tsv", ".json", ".yaml", ".yml", ".xml", ".toml", ".ini", ".tex", ".bib")
STRUCK = "struck out"
Keep = Callable[[str], str]  # what stands for a piece that stays as it is
Told = Callable[[str], str]

_URL = r"(?:https?|ftp|file|mailto|tel):[^\s<>\"”“]*[^\s<>\"”“.,;:!?)*_~|\]]"
_CODE = r"(?<!`)(?P<tick>`{1,3})(?!`)(?P<code>[^`]+(?:`[^`]+)*?)(?P=tick)(?!`)"
_FORMULA = r"\$\$?(?=[^\s$])[^$\n]*[\\^_{}=][^$\n]*(?<=[^\s$])\$\$?(?!\d)"
_PATH = r"(?<![^\s(\"'“])(?:[A-Za-z]:\\[^\s,;]*|~?/[^\s,;/]+/[^\s,;/][^\s,;]*|\.{1,2}/[^\s,;]+)"
_KEPT = light.pattern(rf"{_CODE}|{_FORMULA}|{_URL}")
_KEPT_PATH = light.pattern(_PATH)

# What is in front of a mark that opens, and behind one that closes: never a letter or digit, as in 2*3*4.
_BEFORE, _BEHIND = r"(?<![\w*\\])", r"(?![\w*])"
_STRONG = light.pattern(
    rf"{_BEFORE}(\*{{2,3}})(?=[^\s*])((?:(?!\*\*).)+?)(?<=[^\s\\])\1(?:{_BEHIND}|(?<=[:.!?]\*\*))"
)
_STAR = light.pattern(rf"{_BEFORE}(\*)(?=[\w\"'“‘(£€$+\[])([^*]*?\w[^*]*?)(?<=[^\s\\])\1{_BEHIND}")
_LINE = light.pattern(
    r"(?<![\w\\/.])(__|_)(?=[^\s_])([^_]*(?:(?<=\w)_(?=\w)[^_]*)*)(?<=[^\s\\_])\1(?!\w|/|\.\w|\()"
)
_DUNDER = light.pattern(r"[a-z0-9_]+")  # __init__
_SECRET = light.pattern(r"(?=\S*\d)(?=\S*[^\W\d_])\S+")  # a password may begin and end with such a mark
_MARKED = light.pattern(r"(?<![=\w])==(?=[^\s=])([^=]+?)(?<=[^\s=])==(?![=\w])")
_CROSSED = light.pattern(
    r"(?<![~\w])~~(?=[^\s~])([^~]+?)(?<=[^\s~])~~(?![~\w])|<(s|del|strike)>(.+?)</\2>", re.I
)
_PRE, _POST = r"(?<![^\s('\"“{-])", r"(?![^\s.,:;!?'\"”)}\[-])"
_ORG_CROSSED = light.pattern(rf"{_PRE}\+(?=[^\W\d_])([^+\n]+?)(?<=\S)\+{_POST}")
_ORG_SLANTED = light.pattern(
    rf"{_PRE}/(?!(?:tmp|home|etc|var|usr|opt|mnt|media|srv|dev|proc|sys|bin|lib|boot|root|run)/)(?=[^\s/])([^/]+?)"
    rf"(?<=[^\s/])/{_POST}"
)
_ORG_VERBATIM = light.pattern(rf"{_PRE}([=~])(?=[^\s=~])([^=~]+?)(?<=[^\s=~])\1{_POST}")

_ORG_LINK = light.pattern(r"\[\[([^\[\]]+)\](?:\[([^\[\]]+)\])?\]")
_WIKI = light.pattern(r"!?\[\[([^\[\]|]+?)(?:\\?\|([^\[\]]*))?\]\]")
_LINK = light.pattern(
    r"(?P<shown>!?)\[(?P<text>[^\[\]]*)\]\((?P<to><[^<>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+[\"'(][^\"')]*[\"')])?\)"
)
_AUTOLINK = light.pattern(r"<((?:https?|ftp|mailto):[^\s<>]+|[\w.+-]+@[\w.-]+)>")
_RST_LINK = light.pattern(r"`([^`<>]+?)\s+<([^`<>\s]+)>`__?")
_RST_ROLE = light.pattern(r":[a-z:]+:`([^`<>]+?)(?:\s*<[^`<>]*>)?`")
_FOOTNOTE = light.pattern(r"(?<=\S)\[\^[\w-]+\]")
_TAG = light.pattern(
    r"</?(?:b|i|u|em|strong|mark|sub|sup|small|big|kbd|span|font|p|div|center|details|summary)(?:\s[^<>]*)?>",
    re.I,
)
_NEW_LINE = light.pattern(r"\s*<br\s*/?>\s*", re.I)
_ENTITY = light.pattern(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ESCAPED = light.pattern(r"(?<![\\:])\\([*_\[\]#~`|<>$+.!-])|(?<=\d)\\([.)])")
_BLOCK_ID = light.pattern(r"\s\^[A-Za-z0-9-]+$")
_QUOTED = light.pattern(r"^(?:>\s?)+(?:\[![\w-]+\][+-]?\s*)?")
# Asked where something is, or for an address, where a link leads is part of the answer.
_ASKS_ADDRESS = light.pattern(
    r"\b(?:where|links?|urls?|web ?(?:site|page)s?|web|home ?page|site|online|address(?:es)?|e-?mails?|mail|phone"
    r"|download|file|wo|webseite|seite|adresse|datei|où|lien|adresse|courriel|d[óo]nde|enlace|p[áa]gina|sitio|direcci[óo]n|correo)\b",
    re.I,
)
_BOX = light.pattern(r"^((?:[-*+]\s+|\(?\d{1,3}[.)]\s+)?)\[([ xX])\]\s+")


def as_read(text: str, path: str, *, addresses: bool = False) -> str:
    """A sentence of the file at ``path`` as it is shown.

    :param addresses: behind the words of a link stands where it leads.

    >>> as_read("- [x] **Total:** ~~£580~~ [£640](x.pdf) for `snake_case`, 2*3*4", "a.md")
    '- ☑ Total: (struck out: £580) £640 for snake_case, 2*3*4'
    """
    suffix = _suffix(path)
    if suffix in _AS_IT_STANDS:
        return text
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    read = text = text.replace("\ue000", "").replace("\ue001", "")
    text = _links(text, suffix, keep, addresses=addresses)
    ticks = suffix in _MARKDOWN or suffix == _RST
    text = _KEPT.sub(lambda m: keep(m["code"].strip() if m["code"] and ticks else m[0]), text)
    if suffix == _ORG:
        text = _ORG_VERBATIM.sub(lambda m: keep(m[2]), text)
    text = _KEPT_PATH.sub(lambda m: keep(m[0]), text)
    text = _crossed(text, suffix, lambda told: f"({STRUCK}: {told})")
    text = _without_tags(text, suffix)
    for _ in range(2):  # bold in italics, italics in bold
        text = _without_emphasis(text, suffix)
    text = _BOX.sub(lambda m: f"{m[1]}{'☐' if m[2] == ' ' else '☑'} ", text)
    text = _entities(text)
    if suffix in _MARKDOWN:
        text = _ESCAPED.sub(lambda m: m[1] or m[2], text)
    for number in range(len(kept) - 1, -1, -1):  # what was kept last may hold what was kept before
        text = text.replace(f"\ue000{number}\ue001", kept[number])
    return text if text.strip() else read


def asks_address(question: str) -> bool:
    """Whether an answer is to say where its links lead.

    >>> asks_address("What is the link to the form?"), asks_address("Who made the form?")
    (True, False)
    """
    return _ASKS_ADDRESS.search(question) is not None


def valid(text: str, path: str) -> str:
    """A sentence without what is struck out in it, which holds no longer; all of it where nothing else is left.

    >>> valid("Budget: ~~£400~~ £450", "a.md")
    'Budget: £450'
    """
    if "~~" not in text and "<" not in text and not path.lower().endswith(_ORG):
        return text
    rest = " ".join(_crossed(text, _suffix(path), lambda _: " ").split())
    return rest if re.search(r"\w", rest) else text


def is_void(text: str, path: str) -> bool:
    """Whether all of a sentence is struck out.

    >>> is_void("- ~~Call the plumber~~", "a.md"), is_void("~~400~~ 450", "a.md")
    (True, False)
    """
    rest = _BOX.sub("", _crossed(text, _suffix(path), lambda _: ""))
    return rest != text and re.search(r"[^\W_]", rest) is None and _BOX.sub("", text) != rest


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _links(text: str, suffix: str, keep: Keep, *, addresses: bool) -> str:
    def shown(words: str, to: str) -> str:
        to = to.strip("<>")
        bare = to.removeprefix("mailto:").removeprefix("tel:")
        if not words.strip():
            return keep(bare)
        known = words.strip() in (to, bare)
        return words if known or not (addresses and bare) else f"{words} ({keep(bare)})"

    if suffix == _ORG:
        return _ORG_LINK.sub(lambda m: shown(m[2] or "", m[1].removeprefix("file:")), text)
    if suffix == _RST:
        text = _RST_ROLE.sub(lambda m: m[1], text)
        return _RST_LINK.sub(lambda m: shown(m[1], m[2]), text)
    if suffix in _MARKDOWN:
        text = _FOOTNOTE.sub("", _QUOTED.sub("", _BLOCK_ID.sub("", text)))
        text = _AUTOLINK.sub(lambda m: keep(m[1].removeprefix("mailto:")), text)
        text = _WIKI.sub(lambda m: m[2] or m[1].replace("#", " > ").strip(" >"), text)
    return _LINK.sub(lambda m: m["text"] if m["shown"] else shown(m["text"], m["to"]), text)


def _crossed(text: str, suffix: str, told: Told) -> str:
    text = _CROSSED.sub(lambda m: told(m[1] or m[3]), text)
    return _ORG_CROSSED.sub(lambda m: told(m[1]), text) if suffix == _ORG else text


def _without_tags(text: str, suffix: str) -> str:
    if "<" not in text or suffix not in _MARKDOWN:
        return text
    return _TAG.sub("", _NEW_LINE.sub(" ", text))


def _without_emphasis(text: str, suffix: str) -> str:
    text = _STRONG.sub(r"\2", text)
    if suffix in _MARKDOWN:
        text = _MARKED.sub(r"\1", text)
    if suffix in _MARKDOWN or suffix in (_ORG, _RST):
        text = _STAR.sub(_bare, text)
    if suffix in _MARKDOWN or suffix == _ORG:
        text = _LINE.sub(_bare, text)
    return _ORG_SLANTED.sub(r"\1", text) if suffix == _ORG else text


def _bare(found: re.Match[str]) -> str:
    mark, told = found.groups()
    name = _DUNDER if mark == "__" else _SECRET
    return found[0] if name.fullmatch(told) else told


def _entities(text: str) -> str:
    if not _ENTITY.search(text):
        return text
    from html import unescape  # seldom needed

    return _ENTITY.sub(lambda m: unescape(m[0]), text)
