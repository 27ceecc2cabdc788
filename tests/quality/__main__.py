"""``python -m tests.quality``: the figures of search; ``… answers``: those of ask; ``… nothing``: whether search says
that nothing is relevant; ``… short``: the same of short lines; ``… calibration``: the fit of its scores; ``… crossvalidation``: how the constants of the
reranking do on collections that had no say in them.

Needs GSEARCH_TEST_DATA and, for MiniLM, GSEARCH_TEST_MODELS. Indexes and vectors are kept in
GSEARCH_QUALITY_CACHE (default ~/.cache/gsearch-quality).
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from tests.quality import collections, search


def main() -> int:
    if sys.argv[1:2] == ["answers"]:
        return int(import_module("tests.quality.answers").main(sys.argv[2:]) or 0)
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument(
        "collections", nargs="*", metavar="COLLECTION", help=f"of: {', '.join(collections.SETS)}"
    )
    parser.add_argument("--embedder", action="append", choices=("static", "minilm"), help="default: both")
    parser.add_argument("--sample", type=int, default=0, help="at most so many queries per collection")
    parser.add_argument("--questions", type=int, default=200, help="of `nothing`, per half and kind")
    given = parser.parse_args()
    embedders = given.embedder or ("static", "minilm")
    if given.collections in (["nothing"], ["calibration"]):
        nothing = import_module("tests.quality.nothing")
        if given.collections == ["nothing"]:
            nothing.report(embedders, given.questions)
        else:
            nothing.calibrate(embedders, given.questions)
        return 0
    if given.collections == ["short"]:
        import_module("tests.quality.short").report()
        return 0
    if given.collections == ["crossvalidation"]:
        import_module("tests.quality.crossvalidation").report(embedders, given.sample)
        return 0
    if unknown := set(given.collections) - set(collections.SETS):
        parser.error(f"no such collection: {', '.join(sorted(unknown))}")
    print("nDCG@10")
    search.report(given.collections or collections.SETS, embedders, given.sample)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
