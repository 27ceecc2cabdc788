"""Notes: plain text, Markdown, Org and reStructuredText, with their headings and front matter.

The text stays as it stands in the file, front matter included, so that line numbers are those an editor shows.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise

from gemmasearch import light
from gemmasearch.documents import Document, Problem, Section
from gemmasearch.letters import title_in
from gemmasearch.readers import frontmatter, joplin
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import decode, without_payloads
from gemmasearch.settings import Settings

HEADING_LENGTH = 120  # characters kept of a heading: outliners make headings of whole paragraphs
_Heading = tuple[int, int, str]  # offset of its first line, level (1 = top), text

_ATX = light.pattern(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = light.pattern(r" {0,3}(`{3,}|~{3,})")
_SETEXT = light.pattern(r" {0,3}(=+|-+)[ \t]*$")
_MARKED = light.pattern(
    r"\n( {0,3}[`~#=-][^\n]*)"
)  # a line that may be one of these, with the end of the one before
_NOT_A_PARAGRAPH = light.pattern(r"\s*$|[ \t]*(?:[-*+>|#]|\d+[.)])|(?: {4}|\t)")
_ORG = light.pattern(r"(\*+)[ \t]+(.*)$")
_ORG_NOISE = light.pattern(
    r"^(?:(?:TODO|DONE|NEXT|WAITING|DOING|LATER|NOW|CANCELED|CANCELLED) )?(?:\[#\w\] )?(?:\[\d*(?:/\d*|%)\] )?"
    r"|(?:[ \t]+\[\d*(?:/\d*|%)\])?[ \t]*(?:[ \t]:[\w@#%:]+:)?$"
)
_ADORNMENT = light.pattern(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*$")
_ORG_TAGS = light.pattern(r"^\*+[ \t].*?[ \t]:([\w@#%:]+):[ \t]*$", re.M)
# ``#garden``, ``#soil/compost``, ``#[[two words]]``: no number, and nothing within a word, an address or a link.
_HASHTAG = light.pattern(r"(?<![^\s(\[,;])(?<!\]\()#(?:\[\[([^\[\]\n]{1,80})\]\]|([\w/-]{1,100}))")
_FENCES = light.pattern(r"^ {0,3}(`{3,}|~{3,}).*$", re.M)
MOST_TAGS = 100  # of the text of a note
_MARKUP = light.pattern(
    r"!?\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]|!?\[([^\]]*)\]\([^)]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}"
)


def read_markdown(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    if item := joplin.note(text):
        text, front = item.text, item.front
    else:
        front = frontmatter.parse(text)
    yield _note(source, text, front, list(markdown_headings(text, front.end)), _hashtags(text[front.end :]))


def read_org(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    tags = (tag for found in _ORG_TAGS.findall(text) for tag in found.split(":") if tag)
    yield _note(source, text, frontmatter.parse_org(text), list(_org_headings(text)), tags)


def read_rst(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    front = frontmatter.parse(text)
    yield _note(source, text, front, list(_rst_headings(text, front.end)))


def read_text(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    front = frontmatter.parse(text)
    yield _note(source, text, front, list(_text_headings(text, front.end)))


def whole_text(source: Source) -> str:
    """:raises CannotRead: "empty"."""
    text = without_payloads(decode(source.read()))
    if not text.strip():
        raise CannotRead("empty")
    return text


def hashtags(text: str) -> tuple[str, ...]:
    """The first tags in the text of a Markdown note, each once."""
    return tuple(dict.fromkeys(islice(_hashtags(text), MOST_TAGS)))


def _hashtags(text: str) -> Iterator[str]:
    """The tags in the text of a Markdown note, as Obsidian and Logseq understand them; none in code."""
    found = _HASHTAG.finditer(text) if "#" in text else iter(())
    first = next(found, None)
    if first is None:
        return
    fences = _fences(text)
    line, ticks = (
        (-1, 0),
        0,
    )  # where the last line begins, up to where its backticks were counted, and how many
    for match in chain((first,), found):
        start = text.rfind("\n", 0, match.start()) + 1
        begun = line[0] == start
        ticks = (ticks if begun else 0) + text.count("`", line[1] if begun else start, match.start())
        line = start, match.start()
        tag = match[1] or match[2].strip("/-")
        at = bisect(fences, (start, len(text))) - 1
        in_code = ticks % 2 or (at >= 0 and start < fences[at][1])
        if not in_code and any(map(str.isalpha, tag)):
            yield tag.strip()


def _fences(text: str) -> list[tuple[int, int]]:
    """Where the blocks of code are, in order."""
    found: list[tuple[int, int]] = []
    fence, start = "", 0
    for match in _FENCES.finditer(text):
        before, fence = fence, _fenced(fence, match[1], match[0])
        if fence and not before:
            start = match.start()
        elif before and not fence:
            found.append((start, match.end()))
    return [*found, (start, len(text))] if fence else found


def _note(
    source: Source,
    text: str,
    front: frontmatter.FrontMatter,
    headings: list[_Heading],
    tags: Iterable[str] = (),
) -> Document:
    return Document(
        kind="note",
        text=text,
        title=front.title or next((name for _, _, name in headings if name), ""),
        sections=sections(text, headings, front.end),
        date=frontmatter.named(source.path) if front.date is None else front.date,
        tags=tuple(dict.fromkeys((*front.tags, *islice(tags, MOST_TAGS)))),
        meta=front.meta,
    )


def sections(text: str, headings: Iterable[tuple[int, int, str]], front: int = 0) -> tuple[Section, ...]:
    """One section per heading, with the path of the headings above it; empty where there is no heading.

    Front matter (the text up to ``front``) with no text of its own below it belongs to the first heading, so that
    it is no passage by itself.
    """
    found = [heading for heading in headings if heading[0] < len(text)]
    if not found:
        return ()
    if front and not text[front : found[0][0]].strip():
        found[0] = (0, *found[0][1:])
    result = [Section(0, found[0][0])] if found[0][0] else []
    path: list[tuple[int, str]] = []
    for (start, level, name), (end, _, _) in pairwise([*found, (len(text), 0, "")]):
        path = [*(above for above in path if above[0] < level), (level, name)]
        result.append(Section(start, end, tuple(each for _, each in path if each)))
    return tuple(result)


def _lines(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    for line in text[start:].split("\n"):
        yield start, line
        start += len(line) + 1


def markdown_headings(text: str, start: int) -> Iterator[_Heading]:
    fence = ""
    rest = "\n" + text[start:]
    free = 0  # where the first line begins that an underline may make a heading
    for found in _MARKED.finditer(rest):
        line = found[1]
        if mark := _FENCE.match(line):
            fence = _fenced(fence, mark[1], line)
        elif fence:
            continue
        elif atx := _ATX.match(line):
            yield start + found.start(), len(atx[1]), _plain(atx[2] or "")
        elif underline := _SETEXT.match(line):
            first = rest.rfind("\n", 0, found.start()) + 1
            before = rest[first : found.start()]
            if first < free or _NOT_A_PARAGRAPH.match(before):
                continue
            yield start + first - 1, 1 if underline[1][0] == "=" else 2, _plain(before)
        else:
            continue
        free = found.end() + 1


def _fenced(fence: str, mark: str, line: str) -> str:
    """The fence that is open after this line."""
    if not fence:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence) and line.strip() == mark
    return "" if closes else fence


def _org_headings(text: str) -> Iterator[_Heading]:
    block = False
    for offset, line in _lines(text):
        lowered = line[:10].lstrip().lower()
        if lowered.startswith(("#+begin_", "#+end_")):
            block = lowered.startswith("#+b")
        elif not block and (star := _ORG.match(line)):
            yield offset, len(star[1]), _plain(_ORG_NOISE.sub("", star[2]))


def _rst_headings(text: str, start: int) -> Iterator[_Heading]:
    lines = [*_lines(text, start), (len(text), "")]
    styles: list[str] = []  # in order of appearance: the first is the top level
    for i, (offset, line) in enumerate(lines[:-1]):
        under = _ADORNMENT.match(lines[i + 1][1])
        name = line.strip()
        if not under or not name or _ADORNMENT.match(line) or len(under[0].rstrip()) < len(name):
            continue
        over = lines[i - 1] if i and _ADORNMENT.match(lines[i - 1][1]) else None
        if over is None and (line[:1].isspace() or (i and lines[i - 1][1].strip())):
            continue  # a table, or the last line of a paragraph
        style = under[1] * (2 if over else 1)
        if style not in styles:
            styles.append(style)
        yield over[0] if over else offset, styles.index(style) + 1, name[:HEADING_LENGTH]


def _text_headings(text: str, start: int) -> Iterator[_Heading]:
    """Lines in capitals, or with a rule beneath, that stand above others: the first of a file names all of it."""
    lines = [*_lines(text, start), (len(text), "")]
    free = True  # nothing stands above the line that it belongs to
    for (offset, line), (_, below) in pairwise(lines):
        if free and (name := title_in(line, below)):
            first = not text[start:offset].strip()
            yield offset, 1 if first else 2, name[:HEADING_LENGTH]
        free = not line.strip()


def _plain(heading: str) -> str:
    """A heading without links and emphasis (twice: emphasis stands in links, and links in emphasis)."""
    heading = heading[: 4 * HEADING_LENGTH]
    for _ in range(2):
        heading = _MARKUP.sub(lambda m: m[1] or m[2] or "", heading)
    return heading.strip()[:HEADING_LENGTH]
