"""A row of a table as it is read aloud: each cell behind the name of its column."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering.sentences import TABLES, Unit, units_of
from gemmasearch.answering.surroundings import names_columns
from gemmasearch.documents import Hit

APART = " · "  # between the cells
_PIPE = light.pattern(r"(?<!\\)\|")


def told(text: str, hit: Hit) -> list[tuple[str, str]] | None:
    """The cells of a row with the names of their columns, "" where these are not known; None of what is no row.
    Empty cells are left out."""
    units = [unit for unit in units_of(hit) if unit.kind != "heading"]
    at = next((n for n, unit in enumerate(units) if unit.kind == "row" and unit.of(hit.text) == text), None)
    if at is None:
        return None
    cells = _cells(hit, units[at])
    if len(cells) < 2:
        return None
    names = _names(hit, units, at)
    if not names and not _is_certain(hit, units, at, len(cells)):
        return None
    if len(names) != len(cells):
        names = [""] * len(cells)
    return [(name, cell) for name, cell in zip(names, cells, strict=True) if cell]


def _cells(hit: Hit, unit: Unit) -> list[str]:
    """The cells of a row; [] where nothing but blanks divides it."""
    row = hit.text[unit.start : unit.end]
    if os.path.splitext(hit.path)[1].lower() in TABLES and "\t" not in row:
        mark = ";" if row.count(";") > row.count(",") else ","
        cells = next(csv.reader([row], delimiter=mark), [])
    elif "|" in row:
        cells = _PIPE.split(re.sub(r"^\s*\||(?<!\\)\|\s*$", "", row))
    elif "\t" in row:
        cells = row.split("\t")
    else:
        return []
    return [" ".join(cell.split()) for cell in cells]


def _names(hit: Hit, units: Sequence[Unit], at: int) -> list[str]:
    """The names of the columns above a row: in its passage, else those that came along with it."""
    for n in range(at, -1, -1):
        if units[n].kind != "row":
            break
        if names_columns(hit, units, n):
            return _cells(hit, units[n]) if n < at else []
    above = hit.headings[-1].split(" | ") if hit.headings else []
    return above if len(above) > 1 and hit.start else []


def _is_certain(hit: Hit, units: Sequence[Unit], at: int, count: int) -> bool:
    """Whether it is a row of a table and no line that happens to hold a bar."""
    line = hit.text[units[at].start : units[at].end].strip()
    if line.startswith("|") or "|" not in line:
        return True
    beside = (units[n] for n in (at - 1, at + 1) if 0 <= n < len(units))
    return any(unit.kind == "row" and len(_cells(hit, unit)) == count for unit in beside)
