"""The library does what the commands do."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

import gemmasearch
from gemmasearch import Index
from gemmasearch.errors import IndexMissing, MachineRefused, NothingFound, UsageProblem
from gemmasearch.settings import Origin, Settings, load
from tests.indexing.trees import without_privileges


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "kiln.md").write_text(
        "# The kiln\n\nThe kiln reaches 1240 degrees. Dana fired it on 3 May 2024.\n"
    )
    (folder / "bees.md").write_text("# Bees\n\nThe hive was moved behind the orchard.\n")
    return folder


def settings(**values: object) -> Settings:
    return load({"embedder": "static", "generator": "none", **values}, environ={"GSEARCH_CONFIG": os.devnull})


def test_index_search_show_and_ask(notes: Path, tmp_path: Path) -> None:
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        report = index.index([notes])
        assert (report.new, report.skipped, report.pending) == (2, {}, 0)
        hits = index.search("when was the kiln fired")
        assert hits[0].path == str(notes / "kiln.md") and hits[0].title == "The kiln"
        assert index.show(hits[0].id)[0].text.strip().endswith("3 May 2024.")
        answer = index.ask("When was the kiln fired?")
        assert answer.found and "3 May 2024" in answer.text
        assert answer.citations[0].hit.path == str(notes / "kiln.md")
        with pytest.raises(NothingFound):
            index.show(str(notes / "none.md"))


def test_a_changed_and_a_removed_file_are_noticed(notes: Path, tmp_path: Path) -> None:
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        (notes / "bees.md").unlink()
        (notes / "kiln.md").write_text("# The kiln\n\nThe kiln was sold to a potter in Ghent.\n")
        report = index.index()
        assert (report.new, report.changed, report.gone) == (0, 1, 1)
        assert index.search("orchard", mode="words") == []
        assert index.search("potter Ghent", mode="words")[0].path == str(notes / "kiln.md")


def test_hits_of_a_folder_that_is_not_there_were_shown_as_if_it_were(notes: Path, tmp_path: Path) -> None:
    other = tmp_path / "disk"
    other.mkdir()
    (other / "wall.md").write_text("The kiln stands behind the orchard wall.\n")
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:

        def said() -> dict[str, str]:
            return {os.path.basename(hit.path): hit.unavailable for hit in index.search("kiln", mode="words")}

        index.index([notes, other])
        assert said() == {"kiln.md": "", "wall.md": ""}
        other.rename(tmp_path / "away")
        assert said() == {"kiln.md": "", "wall.md": "No such file or directory"}
        assert index.search_new(save(index))[0][0].unavailable
        other.mkdir()  # as an unmounted disk leaves it
        assert said() == {"kiln.md": "", "wall.md": "empty, though it was not"}
        index.index()
        assert said() == {"kiln.md": "", "wall.md": "empty, though it was not"}
        other.rmdir()
        (tmp_path / "away").rename(other)
        assert said() == {"kiln.md": "", "wall.md": ""}  # whatever the last run said
        index.index()
        (notes / "kiln.md").rename(tmp_path / "kiln.md")
        assert said() == {"kiln.md": "", "wall.md": ""}  # a file that went is no folder that went
        with without_privileges():
            other.chmod(0)
            closed = said()
            other.chmod(0o700)
        assert closed == {"kiln.md": "", "wall.md": "Permission denied"}


def test_an_index_that_was_opened_for_reading_was_said_not_to_be_usable(notes: Path, tmp_path: Path) -> None:
    db = tmp_path / "i" / "index.db"
    with Index.open(db, settings=settings()) as index:
        index.index([notes])
    with Index.open(db, settings=settings(), read_only=True) as index:
        assert index.search("kiln")
        with pytest.raises(MachineRefused, match="can only be read here"):
            index.save_search("kiln", "kiln")


def test_a_folder_that_moved_was_found_where_it_had_been(notes: Path, tmp_path: Path) -> None:
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        moved = notes.rename(tmp_path / "moved")
        index.index([moved])
        kiln, hive = (index.search(line, mode="words")[0] for line in ("kiln degrees", "hive"))
        assert (kiln.path, kiln.unavailable) == (str(moved / "kiln.md"), "")
        assert kiln.also_in == (str(notes / "kiln.md"),)
        assert (kiln.line, kiln.match_line) == (1, 3) and "1240 degrees" in kiln.snippet.text
        assert index.show(kiln.id)[0].path == kiln.path
        pages = [index.search("the", mode="words", limit=1, after=after)[0] for after in ("", kiln.id)]
        assert {hit.path for hit in pages} == {kiln.path, hive.path}
        assert not index.search(f"kiln in:{notes}", mode="words")[0].path.startswith(str(moved))


def save(index: Index) -> str:
    index.save_search("wall", "orchard wall path:disk")
    return "wall"


@pytest.mark.slow
def test_new_hits_behind_better_old_ones_of_their_file_or_of_the_index_were_never_told(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    day = "The kiln, the kiln and its kiln log: fired the kiln {n} times. " + "So much for that day. " * 60
    journal = "".join(f"# Day {n}\n\n{day.format(n=n)}\n\n" for n in range(6))
    (folder / "journal.md").write_text(journal)
    for n in range(1100):  # more than are looked through
        (folder / f"{n}.txt").write_text(f"kiln number{n} kiln of {chr(97 + n % 26)}{n}\n")
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([folder])
        index.save_search("pots", "kiln")

        def new() -> set[str]:
            return {os.path.basename(hit.path) for hit in index.search_new("pots")[0]}

        assert new() and not new()
        (folder / "letter.md").write_text(" ".join(f"word{n}" for n in range(150)) + " a kiln is for sale.")
        index.index()
        assert new() == {"letter.md"} and not new()
        (folder / "journal.md").write_text(journal + "# Day 7\n\nSold a kiln. " + "Rain on the roof. " * 60)
        index.index()
        assert new() == {"journal.md"} and not new()
        (folder / "other.md").write_text("The ferry to Lisbon leaves at noon.\n")
        index.index()
        assert not new(), "what is like the line in nothing is no news"


def test_of_many_hits_in_the_order_of_paths_some_were_missing_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    for n in range(210):
        (tmp_path / "n" / f"{n}.txt").write_text(f"kiln {chr(97 + n % 26) * 5}{n} kiln\n")
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([tmp_path / "n"])
        assert len(index.search("kiln", mode="words", limit=3, order="path")) == 3
        assert any("the best 200 are sorted" in note for note in index.notes)
        index.notes.clear()
        assert len(index.search("kiln", mode="words", limit=300, order="path")) == 210 and not index.notes


def test_the_model_of_the_last_run_is_kept_when_no_other_is_named(notes: Path, tmp_path: Path) -> None:
    db = tmp_path / "i" / "index.db"
    with Index.open(db, settings=settings(embedder="fake")) as index:
        index.index([notes])
    unsaid = load({"generator": "none"}, environ={"GSEARCH_CONFIG": os.devnull})
    with Index.open(db, settings=unsaid) as index:
        assert index.search("kiln")[0].meaning is not None
        assert index.index().embedded == 0
        assert index.status().space == "fake"


def test_opening_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Index.open(tmp_path / "none.db", settings=settings(), create=False)
    with Index.open(tmp_path / "i" / "new.db", settings=settings()) as index:
        assert index.search("anything") == []
        with pytest.raises(UsageProblem):
            index.index()


def test_public_names_are_loaded_on_first_use() -> None:
    code = "import gemmasearch, sys; print(any(m.startswith('gemmasearch.') for m in sys.modules)); gemmasearch.Index"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert set(gemmasearch.__all__) == set(dir(gemmasearch))
    with pytest.raises(AttributeError):
        gemmasearch.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("value", "why"), [("many", "whole number"), ("0", "too small"), ("-3", "too small")]
)
def test_a_setting_that_makes_no_sense_names_who_said_it(value: str, why: str) -> None:
    with pytest.raises(UsageProblem, match=f"GSEARCH_RESULTS.*{why}"):
        load(environ={"GSEARCH_RESULTS": value, "GSEARCH_CONFIG": os.devnull})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('results = "x"', "results: 'x' is not a whole number"),
        ('mode = "foo"', "mode: 'foo' is none of"),
        ("results = -1", "results: -1 is too small"),
        ('serve_for = "9"', "serve_for: '9' is no time"),
        ("db = 5", "db: 5 is no text"),
        ("open_pdf = true", "open_pdf: True is no text"),
    ],
)
def test_an_impossible_value_in_the_config_file_did_not_name_its_setting(
    tmp_path: Path, line: str, why: str
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(line)
    with pytest.raises(UsageProblem) as met:
        load(environ={"GSEARCH_CONFIG": str(file)})
    assert met.value.message.startswith(f"{file}: {why}")


def test_a_config_file_that_is_not_there_sets_nothing(tmp_path: Path) -> None:
    """Scripts name one that does not exist to be free of the person's own; `gsearch config` says it."""
    assert load(environ={"GSEARCH_CONFIG": f"{tmp_path}/none.toml"}).results == 10


def test_flags_beat_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('results = 3\nmode = "words"\nthreads = 7\n')
    environ = {"GSEARCH_CONFIG": str(file), "GSEARCH_RESULTS": "4", "GSEARCH_MODE": "meaning"}
    found = load({"results": 5}, environ=environ)
    assert (found.results, found.mode, found.threads, found.dim) == (5, "meaning", 7, 256)
    assert found.origin("results") == Origin("flag", "--results")
    assert found.origin("threads") == Origin("file", str(file))
    assert found.origin("dim").source == "default"


def test_a_size_that_the_model_does_not_give_was_another_one_in_silence(notes: Path, tmp_path: Path) -> None:
    def remarks(dim: int, source: str) -> list[str]:
        wanted = settings(dim=dim)
        wanted = replace(wanted, origins={**wanted.origins, "dim": Origin(source)})
        with Index.open(tmp_path / f"{dim}{source}" / "index.db", settings=wanted) as index:
            index.index([notes])
            return list(index.notes)

    assert remarks(512, "flag") == ["static: 256 dimensions are used, not 512: it gives no more"]
    assert remarks(128, "flag") == remarks(512, "config file") == []


def test_threads_that_shared_an_index_got_an_error_of_sqlite(notes: Path, tmp_path: Path) -> None:
    asked = ("kiln fired", "orchard hive") * 20
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda line: index.search(line)[0].title, asked))
        assert found == ["The kiln", "Bees"] * 20


def test_a_search_beside_an_index_that_watches_says_that_it_would_wait_for_ever(
    notes: Path, tmp_path: Path
) -> None:
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        watching, ended = Event(), Event()

        def stop() -> bool:
            watching.set()
            return ended.is_set()

        with ThreadPoolExecutor(1) as threads:
            watcher = threads.submit(index.watch, stop=stop, battery=True)
            watching.wait(30)
            try:
                with pytest.raises(UsageProblem, match="watches your files in another thread"):
                    index.search("kiln")
                with Index.open(tmp_path / "i" / "index.db", settings=settings(), read_only=True) as other:
                    assert other.search("kiln fired")[0].title == "The kiln"
            finally:
                ended.set()
            watcher.result(60)
        assert index.search("kiln fired")[0].title == "The kiln"


def test_a_closed_index_said_so_in_the_words_of_sqlite(notes: Path, tmp_path: Path) -> None:
    index = Index.open(tmp_path / "i" / "index.db", settings=settings())
    index.close()
    for use in (lambda: index.search("kiln"), index.status, index.index, lambda: index.show("c1")):
        with pytest.raises(UsageProblem, match="closed"):
            use()
    index.close()


_FORKED = """
import os, sys
from gemmasearch import Index
with Index.open(sys.argv[1]) as index:
    index.index([sys.argv[2]])
    inherited = index._store
    if not (child := os.fork()):
        with index:
            print(index.search("kiln fired", mode="words")[0].title, index._store is inherited, flush=True)
        assert inherited.db.value("SELECT 1")  # closed by the parent alone
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    print(index.search("orchard", mode="words")[0].title)
"""


def test_a_forked_process_used_the_connection_of_its_parent(notes: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORKED, str(tmp_path / "i" / "index.db"), str(notes)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "GSEARCH_CONFIG": os.devnull, "GSEARCH_EMBEDDER": "static"},
    )
    assert (done.stdout.split("\n"), done.stderr) == (["The kiln False", "Bees", ""], "")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_no_hits_gave_as_many_as_the_settings_say(notes: Path, tmp_path: Path, limit: int) -> None:
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        for search in (
            lambda: index.search("kiln", limit=limit),
            lambda: index.similar(text="a kiln", limit=limit),
        ):
            with pytest.raises(UsageProblem, match="limit"):
                search()


DIARY = """# Bicycle

## 2026-02-11

Replaced the chain and the cassette at Velowerk.

## 2026-06-20 brakes

New brake pads, rear wheel trued.

## 3 July 2026

The saddle was stolen at the station. The new one came on 9 July 2026.
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("when was the saddle stolen", "3 July 2026: “The saddle was stolen at the station.” [1]"),
        ("where was the saddle stolen", "“The saddle was stolen at the station.” [1]"),
        ("when did the new saddle come", "“The new one came on 9 July 2026.” [1]"),
    ],
)
def test_when_was_answered_without_the_day_that_stands_above_an_entry(
    notes: Path, tmp_path: Path, question: str, told: str
) -> None:
    (notes / "diary.md").write_text(DIARY)
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        assert index.ask(question).text == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("when was the chain replaced", "2026-02-11: “Replaced the chain and the cassette at Velowerk.” [1]"),
        ("when was the saddle stolen", "3 July 2026: “The saddle was stolen at the station.” [1]"),
        ("when was the saddle sold", "Nothing in your files answers this."),
    ],
)
def test_when_was_refused_where_entries_of_a_diary_share_a_passage(
    notes: Path, tmp_path: Path, question: str, told: str
) -> None:
    (notes / "diary.md").write_text(
        "# Bicycle\n\n## 2026-02-11\n\nReplaced the chain and the cassette at Velowerk.\n\n"
        "## 3 July 2026\n\nThe saddle was stolen at the station. The tyre was flat.\n"
    )
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        assert index.ask(question).text == told


def test_when_was_answered_from_a_dated_note_without_its_day(notes: Path, tmp_path: Path) -> None:
    (notes / "2026-05-02 balcony.md").write_text("# Balcony\n\nBought three tomato seedlings on Saturday.\n")
    (notes / "loaf.md").write_text(
        "---\ndate: 2026-03-14\n---\n# Loaf\n\nThe sourdough starter was fed with rye.\n"
    )
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        bought = index.ask("When were three tomato seedlings bought?")
        assert bought.text == "2026-05-02: “Bought three tomato seedlings on Saturday.” [1]"
        fed = index.ask("When was the sourdough starter fed with rye?")
        assert fed.text == "2026-03-14: “The sourdough starter was fed with rye.” [1]"
        assert "2024: “" not in index.ask("When was the kiln fired?").text


def test_the_day_of_something_else_was_told_where_a_note_says_the_question_and_no_more(
    notes: Path, tmp_path: Path
) -> None:
    (notes / "loaf.md").write_text("# Loaf\n\nThe sourdough starter was fed with rye.\n")
    with Index.open(tmp_path / "i" / "index.db", settings=settings()) as index:
        index.index([notes])
        assert not index.ask("When was the sourdough starter fed with rye?").found
        assert index.ask("When was the kiln fired?").found
