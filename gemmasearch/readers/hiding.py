"""What of a page nobody sees: by its attributes, its own style, or a class that a style sheet hides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gemmasearch import light

STYLE_LENGTH = 2_000_000  # characters looked at of a page's style sheets

_HIDDEN = light.pattern(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|font-size\s*:\s*(?:0(?![.\d]*[1-9])|1(?:\.0*)?p[xt]\b)"
    r"|mso-hide\s*:\s*all|max-height\s*:\s*0(?![.\d]*[1-9])|text-indent\s*:\s*-\d{3}",
    re.IGNORECASE,
)
_CLIPPED = light.pattern(r"overflow\s*:\s*hidden", re.IGNORECASE)
_NO_HEIGHT = light.pattern(r"(?:^|;)\s*height\s*:\s*0(?![.\d]*[1-9])", re.IGNORECASE)
_PLACED = light.pattern(r"position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)
_AWAY = light.pattern(
    r"(?:^|;)\s*(?:left|top)\s*:\s*-\d{4}|clip\s*:\s*rect\(\s*(?:0|1px)[\s,]+(?:0|1px)[\s,]", re.IGNORECASE
)
_WHITE = light.pattern(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))", re.IGNORECASE
)
_BACKGROUND = light.pattern(
    r"background(?:-color|-image)?\s*:\s*(?!\s*(?:#fff(?:fff)?\b|white\b|none\b|transparent\b))",
    re.IGNORECASE,
)
_COMMENT = light.pattern(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = light.pattern(r"([{}])")
_DISPLAY = light.pattern(r"(?:^|;)\s*display\s*:\s*([\w-]+)", re.IGNORECASE)
_NAME = light.pattern(r"[.#][\w-]+")
_ALONE = light.pattern(r"(?:[a-z][a-z0-9]*)?([.#][\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hiding:
    """``names``: the classes (".preheader") and ids ("#menu") that the page's style sheets hide."""

    names: frozenset[str] = frozenset()

    def hides(self, tag: str, attributes: Mapping[str, str | None], dark: bool) -> bool:
        """Whether an element is not seen. ``dark``: white would be visible on its ground."""
        style = attributes.get("style") or ""
        if "hidden" in attributes or (tag == "dialog" and "open" not in attributes):
            return True
        if style and (_HIDDEN.search(style) or _is_clipped(style)):
            return True
        if self.names and not self.names.isdisjoint(_names(attributes)) and not _DISPLAY.search(style):
            return True
        if dark:
            return False
        color = (attributes.get("color") or "").lower().strip()
        return color in ("white", "#fff", "#ffffff") or bool(style and _WHITE.search(style))


def is_dark(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element has a ground of its own on which white may be seen."""
    return "bgcolor" in attributes or bool(_BACKGROUND.search(attributes.get("style") or ""))


def _is_clipped(style: str) -> bool:
    """Nothing of it fits its box, or its box lies outside the page."""
    if _CLIPPED.search(style) and _NO_HEIGHT.search(style):
        return True
    return bool(_PLACED.search(style) and _AWAY.search(style))


def _names(attributes: Mapping[str, str | None]) -> Iterator[str]:
    for each in (attributes.get("class") or "").split():
        yield f".{each}"
    if found := attributes.get("id"):
        yield f"#{found}"


def in_styles(css: str) -> Hiding:
    """What style sheets hide by a class or an id alone. One that any other rule shows again (for wide screens, or
    together with another class) counts as seen: text that is lost is worse than text too much."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for selector, declarations, depth in _rules(_COMMENT.sub("", css[:STYLE_LENGTH])):
        displays = {value.lower() for value in _DISPLAY.findall(declarations)}
        if "none" not in displays:
            shown.update(_NAME.findall(selector) if displays else ())
        elif not depth:
            hidden.update(m[1] for each in selector.split(",") if (m := _ALONE.fullmatch(each.strip())))
    return Hiding(frozenset(hidden - shown))


def _rules(css: str) -> Iterator[tuple[str, str, int]]:
    """(selector, declarations, how many at-rules it stands in) of each rule."""
    if "display" not in css:
        return
    around: list[str] = []
    pieces = _BRACE.split(css)
    for text, brace in zip(pieces[::2], pieces[1::2], strict=False):
        if brace == "{":
            around.append(text.strip())
        elif around:
            selector = around.pop()
            if not selector.startswith("@"):
                yield selector, text, len(around)
