"""``python -m tests.bench [ROW…]``: print yard-stick, ours and ratio; exit 1 if a row misses its bar."""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from gemmasearch.__main__ import OBJECTS
from tests.bench import MODULES, ROWS, Row, Unavailable

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- measured: python -m tests.bench --readme -->", "<!-- end measured -->"


def main() -> int:
    gc.set_threshold(OBJECTS)  # as the command does
    for module in MODULES:
        import_module(module)
    parser = argparse.ArgumentParser(description="Figures as ratios to yard-sticks of the same run.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of: {', '.join(ROWS)} (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object per row")
    parser.add_argument("--scale", metavar="SIZES", help="growth instead: passages, such as 10k,100k")
    parser.add_argument("--readme", action="store_true", help="write the ratios into README.md, too")
    given = parser.parse_args()
    if given.scale:
        from tests.bench import scale

        return 0 if scale.report(scale.sizes(given.scale)) else 1
    if unknown := [name for name in given.rows if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}")
    good = True
    measured: list[Row] = []
    if not given.json:
        print(f"{'what':44} {'yard-stick':>40} {'its':>12} {'ours':>12} {'ratio':>7}  bar")
    for name in given.rows or ROWS:
        try:
            for found in ROWS[name]():
                show(found, given.json)
                measured.append(found)
                good &= found.good
        except Unavailable as e:
            print(f"{name:44} not measured: {e}", file=sys.stderr)
        except subprocess.CalledProcessError as e:
            good = False
            print(f"{name:44} failed: {e}\n{(e.stderr or b'').decode()}", file=sys.stderr)
    if given.readme:
        write(measured)
    return 0 if good else 1


def write(measured: list[Row]) -> None:
    """Put the rows into the README's section, as ratios: seconds are true of one machine only."""
    lines = ["| what | beside | ratio |", "|---|---|---|"]
    for found in measured:
        unit = "of its speed" if found.rate else "of its memory" if found.unit == "MB" else "of its time"
        lines.append(f"| {found.name} | {found.yardstick} | {found.ratio:.2f} {unit} |")
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(
        f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )


def show(found: Row, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**asdict(found), "ratio": found.ratio, "good": found.good}), flush=True)
        return
    bar = (
        ""
        if found.bar is None
        else f"{'≥' if found.rate else '≤'} {found.bar} {'' if found.good else 'MISSED'}"
    )
    print(
        f"{found.name:44} {found.yardstick:>40} {_number(found.base, found.unit):>12} "
        f"{_number(found.ours, found.unit):>12} {found.ratio:7.2f}  {bar} {found.note}".rstrip(),
        flush=True,
    )


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.3g} {unit}"


if __name__ == "__main__":
    sys.exit(main())
