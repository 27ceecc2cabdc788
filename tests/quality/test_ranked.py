from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.store import Store
from tests.embedded import embed
from tests.quality.search import ranked
from tests.written import write


@pytest.mark.parametrize("mode", ["words", "meaning", "hybrid"])
def test_what_is_measured_is_what_a_search_ranks(tmp_path: Path, mode: str) -> None:
    with Store.open(tmp_path / "private" / "index.db", create=True) as store:
        names = {write(store, f"/n/{n}.md", f"The kiln number {n} is hot."): f"n{n}" for n in range(3)}
        names[write(store, "/n/oil.md", "Tung oil for the walnut table.")] = "oil"
        assert ranked(store, embed(store), "walnut table oil", mode, names)[0] == "oil"
