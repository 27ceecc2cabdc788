"""The commands as people run them, on the sample home."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from gemmasearch import sample
from tests.cli.conftest import Indexed
from tests.cli.terminal import COMMAND, run, run_on_terminal


def test_a_second_run_reads_nothing_and_says_so(indexed: Indexed) -> None:
    done = indexed.run("index", "--json")
    report = json.loads(done.text)["data"]
    assert done.code == 0
    assert report["new"] == report["changed"] == report["gone"] == report["chunks"] == report["embedded"] == 0
    assert report["unchanged"] > 30


@pytest.mark.parametrize("query", sample.SEARCHES)
def test_the_searches_of_the_demo_find_their_files(indexed: Indexed, query: str) -> None:
    done = indexed.run("search", "--json", query)
    hits = json.loads(done.text)["data"]["hits"]
    found = {os.path.relpath(hit["path"], indexed.home) for hit in hits[:5]}
    assert found & set(sample.SEARCHES[query]), found


def test_a_piped_hit_is_one_line_of_six_fields_and_its_handle_can_be_shown(indexed: Indexed) -> None:
    done = indexed.run("search", "boiler")
    assert done.code == 0 and done.err == b""
    first = done.lines[0].split("\t")
    assert len(first) == 6
    path, _, score, handle, _, snippet = first
    assert Path(path).is_file() and 0 <= int(score) <= 100 and "boiler" in snippet.lower()
    shown = indexed.run("show", handle)
    assert shown.code == 0
    assert f"File: {path}" in shown.text and "boiler" in shown.text.lower()


def test_showing_a_path_shows_the_whole_of_it(indexed: Indexed) -> None:
    note = indexed.home / "notes" / "flat" / "heating.md"
    shown = indexed.run("show", note)
    body = shown.text.split("\n\n", 1)[1]
    assert "14 March 2026" in body


def test_showing_what_is_not_there_is_exit_code_1(indexed: Indexed) -> None:
    for target in ("c999999", "/no/such/file"):
        done = indexed.run("show", target)
        assert done.code == 1 and done.out == b"" and target in done.said


def test_nothing_found_is_exit_code_1_and_no_output(indexed: Indexed) -> None:
    done = indexed.run("search", "--mode", "words", "zyzzyva quokka")
    assert done.code == 1 and done.out == b"" and "nothing found" in done.said
    empty = indexed.run("search", "--json", "--mode", "words", "zyzzyva quokka")
    assert empty.code == 1
    assert json.loads(empty.text)["data"]["hits"] == []


def test_paths_come_once_each_and_nul_ended_on_demand(indexed: Indexed) -> None:
    lines = indexed.run("search", "--paths", "boiler").lines
    assert len(lines) == len(set(lines)) and all(Path(p).is_file() for p in lines)
    nul = indexed.run("search", "-0", "boiler").out
    assert nul.endswith(b"\0") and nul[:-1].split(b"\0") == [os.fsencode(p) for p in lines]


@pytest.mark.parametrize("mode", ["hybrid", "words", "meaning"])
def test_every_mode_finds_the_note_about_the_boiler(indexed: Indexed, mode: str) -> None:
    done = indexed.run("search", "--mode", mode, "boiler service heating")
    assert any("heating.md" in line for line in done.lines[:3]), done.text


@pytest.mark.parametrize(
    "line",
    [
        "don't",
        "POL-358",
        '"',
        "ubuntu 20.04",
        "a AND",
        "NEAR(",
        "*",
        "-",
        "^x",
        "😀",
        "title:",
        "x" * 100_000,
    ],
)
def test_no_text_is_a_syntax_error(indexed: Indexed, line: str) -> None:
    assert indexed.run("search", "--", line).code in (0, 1)


def test_an_answer_without_a_generator_is_the_sources_own_words(indexed: Indexed) -> None:
    for question in sample.QUESTIONS:
        done = indexed.run("ask", "--generator", "none", "--json", question.text)
        answer = json.loads(done.text)["data"]
        assert done.code == 0 and answer["generator"] == ""
        cited = {os.path.relpath(c["hit"]["path"], indexed.home) for c in answer["citations"]}
        assert question.file in cited, answer["text"]
        assert any(fact in answer["text"] for fact in question.facts), answer["text"]


def test_a_question_can_come_from_a_pipe(indexed: Indexed) -> None:
    done = indexed.run("ask", "--extract", "-", stdin=b"When was the boiler serviced?\n")
    assert done.code == 0 and "14 March 2026" in done.text and "[1]\t" in done.text


def test_an_empty_question_is_a_usage_error(indexed: Indexed) -> None:
    assert indexed.run("ask", "-", stdin=b" \n").code == 2


def test_a_question_that_the_files_do_not_answer_is_exit_code_1(indexed: Indexed) -> None:
    done = indexed.run("ask", "--extract", "Who won the 1954 chess olympiad in Amsterdam?")
    assert done.code == 1 and "othing in your files" in done.text


def test_status_counts_what_is_there(indexed: Indexed) -> None:
    data = json.loads(indexed.run("status", "--json").text)["data"]["status"]
    assert data["documents"] > 45 and data["kinds"]["mail"] >= 18 and data["kinds"]["pdf"] == 3
    assert data["embedded"] == data["embeddable"] > 0
    assert str(indexed.db) == data["path"]
    plain = indexed.run("status")
    assert plain.code == 0 and "passages" in plain.text


def test_the_index_is_for_its_owner_only(indexed: Indexed) -> None:
    assert stat.S_IMODE(indexed.db.stat().st_mode) == 0o600
    assert stat.S_IMODE(indexed.db.parent.stat().st_mode) == 0o700


def test_searching_before_indexing_says_what_to_do(tmp_path: Path) -> None:
    done = run("search", "x", "--db", tmp_path / "none.db")
    assert done.code == 3 and "gsearch index" in done.said
    assert not (tmp_path / "none.db").exists()


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = run("index", tmp_path / "nowhere", "--db", tmp_path / "i.db")
    assert done.code == 2 and "nowhere" in done.said


def test_an_empty_folder_is_indexed_without_complaint(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("index", tmp_path / "empty", "--db", tmp_path / "i" / "i.db", "--embedder", "static")
    assert done.code == 0 and done.text.startswith("files: 0 new")
    assert run("search", "anything", "--db", tmp_path / "i" / "i.db").code == 1


def test_a_file_that_is_no_index_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "letter.db"
    other.write_bytes(b"Dear Sir, " * 1000)
    for command in (["search", "x"], ["index", str(tmp_path)], ["status"]):
        done = run(*command, "--db", other)
        assert done.code == 3 and "not a gsearch index" in done.said
    assert other.read_bytes() == b"Dear Sir, " * 1000


@pytest.mark.slow
def test_a_bad_file_is_counted_named_and_does_not_stop_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "good.md").write_text("# Figs\nThe fig tree was planted in 2019.\n")
    (folder / "empty.md").write_bytes(b"")
    (folder / "junk.md").write_bytes(bytes(range(256)) * 40)
    (folder / "cut.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Type /Cat")
    db = tmp_path / "i" / "i.db"
    done = run("index", folder, "--db", db, "--embedder", "static")
    assert done.code == 0 and "3 skipped" in done.text
    again = run("index", folder, "--db", tmp_path / "other.db", "--embedder", "static", "--verbose")
    assert again.said.count(f"skipped {folder / 'empty.md'}: empty") == 1, "each is named once"
    failed = run("status", "--failed", "--db", db)
    reasons = dict(line.split("\t")[:2] for line in failed.lines)
    assert reasons[str(folder / "empty.md")] == "empty"
    assert reasons[str(folder / "junk.md")] == "binary"
    assert reasons[str(folder / "cut.pdf")] == "malformed"
    assert run("index", folder, "--db", db, "--strict").code == 5
    assert run("search", "fig tree", "--db", db).code == 0


def test_settings_say_where_they_come_from(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("results = 3\n")
    done = run("config", env={"GSEARCH_CONFIG": str(config), "GSEARCH_THREADS": "1"})
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.lines}
    assert rows["results"] == ["3", f"file {config}"]
    assert rows["threads"] == ["1", "environment GSEARCH_THREADS"]
    assert rows["mode"] == ["hybrid", "default"]


def test_vectors_of_seven_dimensions_were_made_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("A note.\n")
    done = run("index", tmp_path / "a.md", "--dim", "7", "--db", tmp_path / "i" / "i.db")
    assert done.code == 2 and "--dim: 7 is too small" in done.said and "128" in done.said
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("model", ["nosuch", "bad.gguf"])
def test_a_model_that_could_not_be_used_left_an_empty_index_behind(tmp_path: Path, model: str) -> None:
    (tmp_path / "a.md").write_text("A note.\n")
    (tmp_path / "bad.gguf").write_text("no model\n")
    db = tmp_path / "i" / "i.db"
    done = run("index", tmp_path / "a.md", "--embedder", model, "--db", db, cwd=tmp_path)
    assert done.code == 4 and model in done.said and not db.parent.exists()


def test_a_choice_that_is_none_is_refused_without_the_words_of_a_library(indexed: Indexed) -> None:
    done = indexed.run("search", "boiler", "--sort", "size")
    assert (
        done.code == 2 and "'size' is not one of 'relevance'" in done.said and "Value error" not in done.said
    )


def test_a_setting_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("resluts = 3\n")
    done = run("config", env={"GSEARCH_CONFIG": str(config)})
    assert done.code == 2 and "resluts" in done.said


def test_a_config_file_that_notepad_saved_was_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(b"\xef\xbb\xbfresults = 3\r\nmode = 'words'\r\n")
    done = run("config", env={"GSEARCH_CONFIG": str(config)})
    assert done.code == 0 and f"results\t3\tfile {config}" in done.text


def test_a_misspelt_name_of_a_config_file_was_silently_ignored(tmp_path: Path) -> None:
    """Nothing is said to scripts, which name such a file to be free of the person's own."""
    (tmp_path / "a.md").write_text("A note.\n")
    line = ("index", tmp_path / "a.md", "--db", tmp_path / "i" / "i.db")
    missing = {"GSEARCH_CONFIG": str(tmp_path / "cofnig.toml")}
    said = run_on_terminal(*line, env=missing, columns=200)
    assert said.code == 0 and "GSEARCH_CONFIG names a file that is not there: " in said.text
    assert "cofnig.toml" in said.text
    for env, more in ((missing, ("-q",)), ({"GSEARCH_CONFIG": os.devnull}, ())):
        assert "GSEARCH_CONFIG" not in run_on_terminal(*line, *more, env=env).text
    assert "GSEARCH_CONFIG" not in run(*line, env=missing).said
    assert "cofnig.toml (not there)" in run("config", env=missing).said


@pytest.mark.slow
def test_a_scheduled_run_with_a_misspelt_config_file_took_the_defaults_for_months(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("A note.\n")
    (tmp_path / "config.toml").write_text("results = 3\n")
    db, missing = tmp_path / "i" / "i.db", {"GSEARCH_CONFIG": str(tmp_path / "cofnig.toml")}
    line = ("index", tmp_path / "a.md", "-q", "--scheduled", "1800", "--db", db)
    said = "GSEARCH_CONFIG names a file that is not there: "
    assert run(*line, env=missing).code == 2 and not db.parent.exists()
    for there in (os.devnull, str(tmp_path / "config.toml")):
        for _ in range(2):  # the second has nothing to do
            assert run(*line, env={"GSEARCH_CONFIG": there}).code == 0
    unattended = (line, ("watch", "--db", db), ("schedule", "install", "--print", "--db", db))
    for each in unattended:
        done = run(*each, env=missing)
        assert done.code == 2 and said in done.said and "cofnig.toml" in done.said, each


def test_a_config_file_in_the_current_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("results = 3\n")
    done = run("config", cwd=tmp_path)
    assert "results\t10\tdefault" in done.text


def test_a_closed_pipe_is_a_success(indexed: Indexed) -> None:
    for arguments in (
        ["search", "-n", "50", "the"],
        ["show", str(indexed.home / "mail" / "archive.mbox")],
        ["--help"],
    ):
        db = [] if arguments == ["--help"] else ["--db", str(indexed.db)]
        process = subprocess.Popen(
            [*COMMAND, *arguments, *db], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout and process.stderr
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0, said
        assert said == b""


def test_on_a_terminal_hits_fit_and_carry_links(indexed: Indexed) -> None:
    done = run_on_terminal("search", "boiler", "--db", indexed.db, columns=80)
    assert done.code == 0
    assert b"\x1b]8;" in done.out and b"\x1b[" in done.out and b"boiler" in done.out.lower()
    shown = re.sub(r"\x1b\]8;.*?\x1b\\\\|\x1b\[[0-9;]*m", "", done.out.decode()).splitlines()
    assert max(len(line) for line in shown if "/" not in line) <= 80  # a path is never broken
    assert b"\x1b[1mHeating and hot water\x1b[0m" in done.out  # the title stands out, it is not dim


def test_what_is_listed_and_not_ranked_had_a_score_of_zero(indexed: Indexed) -> None:
    score = re.compile(rb"\x1b\[36m  \d+\x1b")
    assert score.search(run_on_terminal("search", "boiler", "--db", indexed.db).out)
    listed = run_on_terminal("search", "type:mail", "--db", indexed.db)
    assert listed.code == 0 and not score.search(listed.out)


@pytest.mark.slow
def test_names_no_locale_can_spell_are_indexed_found_and_printed_exactly(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    names = [
        b"caf\xe9.md",
        b"new\nline.md",
        b"tab\there.md",
        b"-rf.md",
        b" space .md",
        "日本.md".encode(),
        b"[b]x.md",
    ]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(f"pangolin number{number} sleeps\n")
    db = tmp_path / "i" / "i.db"
    minimal = {"LANG": "C", "LC_ALL": "C"}
    done = run("index", folder, "--db", db, "--embedder", "static", env=minimal)
    assert done.code == 0 and done.text.startswith(f"files: {len(names)} new")
    found = run("search", "-0", "-n", "50", "pangolin", "--db", db, env=minimal).out
    assert {p.rsplit(b"/", 1)[1] for p in found.split(b"\0")[:-1]} == set(names)
    for line in run("search", "-n", "50", "pangolin", "--db", db).lines:
        assert line.count("\t") == 5


@pytest.mark.slow
@pytest.mark.parametrize("command", ["index", "search pangolin"])
def test_a_locale_of_ascii_alone_took_other_letters_in_paths_for_a_bug(tmp_path: Path, command: str) -> None:
    """Python makes UTF-8 of the locale C by itself, unless it is told not to, and never of a Latin-1 one."""
    folder = tmp_path / "Grüße"
    folder.mkdir()
    name = folder / "naïve ☃.md"
    name.write_text("pangolin\n")
    db = tmp_path / "i" / "i.db"
    assert run("index", tmp_path, "--db", db, "--embedder", "static").code == 0
    (folder / "später.md").write_text("later\n")
    ascii_alone = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    arguments = command.split(" ")
    done = run(*arguments, "--db", db, env=ascii_alone)
    assert done.code == 0, done.err
    found = {"index": b"1 new, 0 changed, 1 unchanged", "search": os.fsencode(name) + b"\t"}
    assert found[arguments[0]] in done.out


def test_a_cron_environment_is_enough(indexed: Indexed) -> None:
    done = subprocess.run(
        [*COMMAND, "search", "boiler", "--db", str(indexed.db)],
        env={"LANG": "C", "PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_quiet_says_nothing_at_all(indexed: Indexed) -> None:
    done = indexed.run("index", "--quiet")
    assert (done.code, done.out, done.err) == (0, b"", b"")


@pytest.mark.slow
def test_demo_runs_end_to_end_and_leaves_nothing(tmp_path: Path) -> None:
    done = run("demo", "--generator", "none", env={"TMPDIR": str(tmp_path)})
    assert done.code == 0, done.said
    assert "14 March 2026" in done.text and "2,340" in done.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_demo_keeps_its_home_on_demand_but_never_over_other_files(tmp_path: Path) -> None:
    assert run("demo", "--keep", tmp_path / "kept", "--generator", "none").code == 0
    assert run("search", "boiler", "--db", tmp_path / "kept" / "index.db").code == 0
    assert run("demo", "--keep", tmp_path / "kept", "--generator", "none").code == 2


def test_model_names_paths_and_unknown_ones(tmp_path: Path) -> None:
    listed = run("models", "list")
    names = [line.split("\t")[0] for line in listed.lines]
    assert listed.code == 0 and len(names) >= 4
    assert run("models", "path", "no-such-model").code == 2
    missing = run("models", "path", "embeddinggemma-300m-q8_0")
    assert missing.code == 4 and "gsearch models pull" in missing.said


def test_a_file_that_is_no_model_is_refused_by_name(indexed: Indexed, tmp_path: Path) -> None:
    fake = tmp_path / "model.gguf"
    fake.write_bytes(b"not a model")
    done = indexed.run("index", "--embedder", fake)
    assert done.code == 4 and "model.gguf" in done.said
    assert indexed.run("search", "boiler").code == 0


@pytest.mark.parametrize(
    "line",
    [
        ("index", "--db", ""),
        ("search", "boiler", "--db", ""),
        ("search", "boiler", "--db="),
        ("status", "--db", ""),
        ("ask", "boiler", "--db="),
    ],
)
def test_an_empty_db_meant_the_usual_index_or_the_current_folder(line: tuple[str, ...]) -> None:
    done = run(*line)
    assert done.code == 2 and "--db: no file is named" in done.said


def test_a_size_that_no_model_has_was_taken_for_the_vectors(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("the walnut")
    done = run("index", "--dim", "99999", "--embedder", "static", "--db", tmp_path / "i.db", tmp_path)
    assert done.code == 2 and "--dim: 99999 is too large" in done.said
    assert not (tmp_path / "i.db").exists()


@pytest.mark.slow
def test_a_size_that_the_model_was_not_trained_for_was_taken(tmp_path: Path) -> None:
    """It is refused before anything is made, read or changed."""
    (tmp_path / "a.md").write_text("the walnut")
    db = tmp_path / "i" / "i.db"
    line = ("index", "--embedder", "static", "--db", db, tmp_path / "a.md")
    said = "--dim: 100 is no size of static, which keeps 256, 128 or 64 dimensions"
    done = run(*line, "--dim", "100")
    assert done.code == 2 and said in done.said and not db.parent.exists()
    for dim in ("128", "64", "512"):  # of more than there are, all are kept, and it is said
        assert run(*line, "--dim", dim).code == 0
    (tmp_path / "b.md").write_text("the kiln")
    again = run("index", "--dim", "100", "--exclude", "*.md", "--db", db, tmp_path)
    assert again.code == 2 and said in again.said
    assert f"{tmp_path}/a.md" in run("roots", "--db", db).text
    assert "b.md" not in run("status", "--db", db).text and run("search", "kiln", "--db", db).code == 1
    by_variable = run("index", "--db", db, env={"GSEARCH_DIM": "200"})
    assert by_variable.code == 2 and "GSEARCH_DIM: 200 is no size of static" in by_variable.said
    config = tmp_path / "c.toml"
    config.write_text("dim = 65\n")
    by_file = run("index", "--db", db, env={"GSEARCH_CONFIG": str(config)})
    assert by_file.code == 2 and f"{config}: dim: 65 is no size of static" in by_file.said
    assert run("search", "--mode", "words", "walnut", "--db", db, env={"GSEARCH_DIM": "200"}).code == 0
