"""One folder by several names is in the index once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.aliases import known_as
from gemmasearch.index import Index
from gemmasearch.settings import Settings


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(
        tmp_path / "i" / "index.db", settings=Settings(embedder="static", generator="none")
    ) as opened:
        yield opened


@pytest.fixture
def real(tmp_path: Path) -> Path:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "plum.md").write_text("the plum cake")
    (tmp_path / "real" / "deep" / "fig.md").write_text("the fig tree")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    return tmp_path / "real"


def files(index: Index) -> list[str]:
    return sorted(hit.path for hit in index.search("type:note"))


@pytest.mark.parametrize("first", ["real", "link"])
def test_a_folder_by_two_names_was_in_the_index_twice(
    index: Index, real: Path, tmp_path: Path, first: str
) -> None:
    named = tmp_path / first
    (other,) = {tmp_path / "real", tmp_path / "link"} - {named}
    index.index([named])
    before = files(index)
    for again in (other, other / "deep", other / "deep" / "fig.md", f"{other}/deep/..", f"{named}/"):
        report = index.index([again])
        assert report.new == report.changed == report.gone == 0, again
        assert files(index) == before == [f"{named}/deep/fig.md", f"{named}/plum.md"]
    assert f"{other} is {named}, and indexed by that name" in index.notes
    assert {root.path for root in index.roots()} <= {str(named), f"{named}/deep", f"{named}/deep/fig.md"}
    assert index.status().files == 2
    for line in (f"in:{other}", f"path:{other}/deep", f"in:{other}/deep (plum OR fig)", f"-in:{other} plum"):
        wanted = [] if line[0] == "-" else [each for each in before if "deep" not in line or "deep" in each]
        assert sorted(hit.path for hit in index.search(line)) == wanted, line
    assert index.show(str(other / "plum.md")) and index.why(other / "plum.md").indexed
    assert index.edit_root(other, {"hidden": True}).path == str(named)
    index.forget([other / "plum.md"])
    assert files(index) == before[:1]
    index.forget([other])
    assert index.roots() == [] and files(index) == []


def test_both_names_in_one_line_and_a_link_within_the_folder(
    index: Index, real: Path, tmp_path: Path
) -> None:
    (real / "again").symlink_to(real / "deep")
    index.index([tmp_path / "link", real, real / "again"])
    assert files(index) == [f"{tmp_path}/link/deep/fig.md", f"{tmp_path}/link/plum.md"]


def test_a_folder_around_one_that_is_indexed_by_a_link(index: Index, real: Path, tmp_path: Path) -> None:
    index.index([tmp_path / "link" / "deep"])
    index.index([real])
    assert files(index) == [f"{tmp_path}/link/deep/fig.md", f"{tmp_path}/link/plum.md"]


def test_a_link_to_what_is_not_indexed_keeps_its_name(index: Index, real: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "l").symlink_to(real)
    index.index([tmp_path / "other"])
    index.index([tmp_path / "other" / "l"])
    assert files(index) == [f"{tmp_path}/other/l/deep/fig.md", f"{tmp_path}/other/l/plum.md"]
    assert index.notes == []


def test_two_files_that_share_their_bytes_are_two(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    os.link(tmp_path / "a.md", tmp_path / "b.md")
    (tmp_path / "c.md").symlink_to("a.md")
    known = [f"{tmp_path}/a.md", f"{tmp_path}/gone"]
    assert known_as(f"{tmp_path}/b.md", known) == f"{tmp_path}/b.md"
    assert known_as(f"{tmp_path}/c.md", known) == f"{tmp_path}/a.md"
    assert known_as("/", []) == "/" and known_as(f"{tmp_path}/nothing", known) == f"{tmp_path}/nothing"


@pytest.mark.parametrize("place", ["~\0", "/\0", "~nobody-of-that-name/\0x"])
def test_a_null_in_a_path_that_is_searched_was_a_traceback(index: Index, real: Path, place: str) -> None:
    index.index([real])
    assert index.search(f"in:{place} plum") == []
