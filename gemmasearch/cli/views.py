"""Records as text: what people see on a terminal, and the plain lines a pipe gets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.cli.render import Output, harmless, one_line, path_field
from gemmasearch.documents import CODE_INDENT, Answer, Evidence, Hit, Snippet, on_calendar

if TYPE_CHECKING:
    from rich.text import Text

    from gemmasearch.retrieval import HitGroup

_OF_A_GROUP = 5  # hits of a group that a terminal shows
_SCRAP = 2  # words that say nothing by themselves, in a script that has spaces
_TICKS = light.pattern(r"`+")
_BULLET = light.pattern(r"^\s*[-*+•]\s+(?=\S)")
_NARROWEST = 20  # characters that a wrapped column of a table keeps


def day(seconds: float | None, kind: str = "") -> str:
    """The calendar day of a document's date, or "" where there is none."""
    if seconds is None:
        return ""
    try:
        return on_calendar(seconds, kind).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return ""


def short_path(path: str) -> str:
    """A path for people, on one line."""
    home = os.path.expanduser("~")
    return path_field("~" + path[len(home) :] if home != "/" and path.startswith(home + os.sep) else path)


def place(hit: Hit, line: int | None = None) -> str:
    """Where in its file a hit stands: page, line, mail or the mail that carries it, the address of a visited page.

    ``line`` is that of the sentence that counts, where it is not that of the match.
    """
    spot = _spot(hit, line or hit.match_line or hit.line)
    message = hit.meta.get("attached_to")
    if message is None:
        member = hit.meta.get("member", "")  # of an archive
        return f"{spot} of {member}" if spot and member else spot or member
    subject = f"mail “{hit.meta['subject']}”" if hit.meta.get("subject") else "a mail"
    if hit.kind == "mail":
        return f"{spot}, in {subject}"
    name = hit.part.removeprefix(message).strip("/")
    if hit.kind in ("event", "contact"):
        spot = ""
    if hit.kind in ("event", "contact") or "entry_of" in hit.meta:  # an entry goes by its title
        name = name.rpartition("/")[0] or name
    return ", ".join(
        each for each in (f"{spot} of {name}" if spot else name, f"in {subject}{_letter(hit)}") if each
    )


def _letter(hit: Hit) -> str:
    """Of whom and when."""
    who = f" from {hit.sender}" if hit.sender else ""
    return who + (f", {day(hit.date, hit.kind)}" if hit.date is not None else "")


def _spot(hit: Hit, line: int | None) -> str:
    if url := hit.meta.get("url"):
        return url
    if hit.kind == "mail":
        return f"mail{_letter(hit)}"
    if hit.page is not None:
        label = f" ({hit.label})" if hit.label and hit.label != str(hit.page) else ""
        return f"page {hit.page}{label}"
    return f"line {line}" if line else ""


def percent(score: float) -> str:
    return f"{round(100 * max(0.0, min(1.0, score)))}"


def groups(out: Output, found: Sequence[HitGroup]) -> None:
    """On a terminal: each group under its own heading, with its first few hits."""
    from rich.text import Text

    number = 0
    for group in found:
        name = linked(group.title) if group.title == group.hits[0].path else Text(_shown(group.title))
        out.rich(Text.assemble("── ", name, (f"  ({len(group.hits)})", "dim")))
        for hit in group.hits[:_OF_A_GROUP]:
            number += 1
            _hit_on_terminal(out, number, hit)
        if len(group.hits) > _OF_A_GROUP:
            out.rich(Text(f"    and {len(group.hits) - _OF_A_GROUP} more\n", style="dim"))


def hits(out: Output, found: Sequence[Hit]) -> None:
    for number, hit in enumerate(found, 1):
        if out.terminal:
            _hit_on_terminal(out, number, hit)
        else:
            out.line(
                "\t".join(
                    (
                        path_field(hit.path),
                        one_line(place(hit)),
                        percent(hit.score),
                        hit.id,
                        one_line(hit.title),
                        one_line(hit.snippet.text),
                    )
                )
            )


def _hit_on_terminal(out: Output, number: int, hit: Hit) -> None:
    from rich.text import Text

    head = Text.assemble((f"{number:>2}. ", "dim"))
    head.append(_shown(hit.title), style="bold")
    if hit.words is not None or hit.meaning is not None:  # else it was listed, not ranked
        head.append(f"  {percent(hit.score)}", style="cyan")
    head.append(f"  {hit.id}", style="dim")
    out.rich(head)
    where = Text("    ")
    where.append(linked(hit.path))
    detail = [place(hit)]
    if hit.kind != "mail":
        detail.append(day(hit.date if hit.date is not None else hit.mtime, hit.kind))
    if hit.quoted:
        detail.append("quoted")
    if hit.unavailable:
        detail.append("not available")
    if hit.messages:
        detail.append(f"thread of {hit.messages}")
    detail.extend(name for name in hit.headings[-1:] if name != hit.title)
    where.append("".join(f" · {_shown(d)}" for d in detail if d), style="dim")
    out.rich(where)
    for line in marked(hit.snippet).wrap(out.console, max(20, out.width - 5)):
        line.rstrip()
        out.rich(Text.assemble("    ", line))
    if hit.also_in:
        from gemmasearch.cli.counts import plural  # few hits have twins

        first, *others = hit.also_in
        more = f" and {plural(len(others), 'other place')}" if others else ""
        out.rich(Text(f"    also in {_shown(short_path(first))}{more}", style="dim"))
    out.rich(Text(""))


def linked(path: str) -> Text:
    from urllib.parse import quote_from_bytes

    from rich.text import Text

    target = "file://" + quote_from_bytes(os.fsencode(os.path.abspath(path)))
    return Text(_shown(short_path(path)), style=f"green link {target}")


def _shown(text: str) -> str:
    return harmless(one_line(text))


def marked(snippet: Snippet) -> Text:
    """The snippet with its matched words in bold; built from spans, never from markup."""
    from rich.text import Text

    text, at = Text(), 0
    for start, end in snippet.marks:
        text.append(_shown(snippet.text[at:start]))
        text.append(_shown(snippet.text[start:end]), style="bold yellow")
        at = end
    text.append(_shown(snippet.text[at:]))
    return text


def answer_sources(out: Output, answer: Answer) -> None:
    for citation in answer.citations:
        hit = citation.hit
        where = place(hit, citation.line)
        if out.terminal:
            from rich.text import Text

            if hit.kind != "mail" and hit.date is not None:
                where = ", ".join(part for part in (where, day(hit.date, hit.kind)) if part)
            line = Text.assemble((f"[{citation.number}] ", "cyan"))
            line.append(linked(hit.path))
            line.append(f" · {_shown(where)}" if where else "", style="dim")
            line.append(f" · {_shown(hit.title)}", style="dim")
            out.rich(line)
        else:
            out.line(f"[{citation.number}]\t{path_field(hit.path)}\t{one_line(where)}\t{one_line(hit.title)}")


def evidence(out: Output, answer: Answer) -> None:
    """The nearest passages below a refusal."""
    for item in nearest(answer.evidence):
        where = ", ".join(w for w in (short_path(item.hit.path), place(item.hit, item.line)) if w)
        out.line(f"  · {item_text(item)}  ({one_line(where)})")


def nearest(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """What is worth showing where nothing answers: no scrap such as "Section 10.", unless there is nothing else."""
    return [e for e in evidence if len(e.text.split()) > _SCRAP or not e.text.isascii()] or evidence


def item_text(item: Evidence) -> str:
    """On one line, without the mark of the list that it is taken out of."""
    return _BULLET.sub("", one_line(item.text))


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is: no links, images, HTML or emphasis of the files' making."""
    return "".join(f"\\{c}" if c in "\\`*_<>![]#|~" and not c.isalnum() else c for c in text)


def markdown_answer(text: str) -> str:
    """The text of an answer, its blocks of code within fences that they do not hold themselves."""
    shown: list[str] = []
    for is_code, lines in groupby(text.split("\n"), key=lambda line: line.startswith(CODE_INDENT)):
        if is_code:
            code = [line.removeprefix(CODE_INDENT) for line in lines]
            longest = max((len(run) for run in _TICKS.findall("\n".join(code))), default=0)
            fence = "`" * max(3, longest + 1)
            shown += ["", fence, *code, fence, ""]
        else:
            shown += map(markdown_text, lines)
    return "\n".join(shown).rstrip("\n")


def table(out: Output, rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns on a terminal, within its width where a column of texts can be wrapped; tabs in a pipe."""
    cells = [[one_line(c) for c in row] for row in rows]
    if not cells:
        return
    if not out.terminal:
        for row in cells:
            out.line("\t".join(row))
        return
    columns = range(max(map(len, cells)))
    widths = [max(len(row[i]) for row in cells if i < len(row)) for i in columns]
    over = sum(widths) + 2 * (len(widths) - 1) - _terminal_columns()
    folded = _to_fold(cells, widths) if over > 0 else None
    if folded is not None:
        widths[folded] = max(_NARROWEST, widths[folded] - over)
    for row in cells:
        for line in _folded(row, folded, widths):
            out.line("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=False)).rstrip())


def _to_fold(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> int | None:
    """The column that is wrapped where a table is too wide: that of the longest texts of several words. What is one
    word, such as a path, stays whole, for people copy it."""
    gain = [
        max((len(row[i]) for row in cells if i < len(row) and " " in row[i]), default=0)
        for i in range(len(widths))
    ]
    return max(range(len(widths)), key=gain.__getitem__) if max(gain) > _NARROWEST else None


def _folded(row: Sequence[str], column: int | None, widths: Sequence[int]) -> list[list[str]]:
    if column is None or column >= len(row) or len(row[column]) <= widths[column]:
        return [list(row)]
    from textwrap import wrap

    lines = wrap(row[column], widths[column], break_long_words=False, break_on_hyphens=False)
    empty = [""] * len(row)
    return [
        [*(row if n == 0 else empty)[:column], line, *(row if n == 0 else empty)[column + 1 :]]
        for n, line in enumerate(lines)
    ]


def _terminal_columns() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns


def size(number: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return ""
