"""Measurements of the readers over the shared data: ``python -m tests.readers table|speed|pdf|quotes|languages [DATA]``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.readers.measures import languages, quotes, similarity, speed, table

MEASURES = {
    "table": table.main,
    "speed": speed.main,
    "pdf": similarity.main,
    "quotes": quotes.main,
    "languages": languages.main,
}


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "table"
    MEASURES[what](Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["GSEARCH_TEST_DATA"]))


if __name__ == "__main__":
    main()
