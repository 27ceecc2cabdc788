"""Command lines before their commands begin: interrupted, misspelt, completed by a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from gemmasearch import settings
from gemmasearch.__main__ import main
from gemmasearch.cli import render
from gemmasearch.cli.app import app
from tests.cli.terminal import COMMAND, run
from tests.docs.generate import _commands


def test_an_interrupt_in_code_made_from_a_string_ended_by_the_signal(tmp_path: Path) -> None:
    """`python -m` has the documented exit code wherever an interrupt was met."""
    (tmp_path / "interrupted.py").write_text(
        "import atexit, io, sys\n"
        "from gemmasearch.__main__ import run\n"
        "class Out(io.StringIO):\n"
        "    def flush(self):\n"
        "        try:\n            exec('raise KeyboardInterrupt')\n"
        "        except KeyboardInterrupt:\n            sys.stdout = sys.__stdout__\n"
        "sys.stdout = Out()\n"
        "atexit.register(int)\n"  # without it the program leaves at once
        "sys.argv[1:] = ['--version']\n"
        "run()\n"
    )
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))
    done = subprocess.run([*COMMAND[:-1], "interrupted"], env={**os.environ, "PYTHONPATH": path}, check=False)
    assert done.returncode == 0


def interrupted_early(tmp_path: Path, how: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that meets Ctrl-C where ``how`` says, before its own code runs."""
    (tmp_path / "early.py").write_text(
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background of a script
        f"{how}\nfrom gemmasearch.__main__ import run\nsys.argv[1:] = {list(arguments)!r}\nrun()\n"
    )
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))
    env = {**os.environ, "PYTHONPATH": path}
    return subprocess.run([*COMMAND[:-1], "early"], env=env, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    "how",
    [
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer':\n"
        "            sys.meta_path.remove(self)\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())",
        "import typer.core\n"
        "typer.core.TyperCommand.parse_args = lambda *each: signal.raise_signal(signal.SIGINT)",
    ],
    ids=["while modules load", "while the line is parsed"],
)
def test_ctrl_c_before_a_command_has_begun_ended_in_a_traceback_or_said_nothing(
    how: str, tmp_path: Path
) -> None:
    done = interrupted_early(tmp_path, how, "status")
    assert (done.returncode, done.stderr, done.stdout) == (130, "gsearch: interrupted\n", "")
    done = interrupted_early(tmp_path, how, "status", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["exit"], said["error"]["message"]) == (130, 130, "interrupted")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="its names are UTF-8")
def test_an_index_whose_path_is_no_utf_8_was_called_a_bug(tmp_path: Path) -> None:
    folder, notes = tmp_path / "b\udcff", tmp_path / "notes"
    notes.mkdir()
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    for place in (folder, tmp_path / "link"):
        for line in (["index", notes], ["index"], ["search", "x"], ["status"]):
            done = run(*line, "--db", place / "i.db")
            assert done.code in (2, 3) and "no" in done.said, done.said
    assert "UTF-8" in run("index", notes, "--db", folder / "i.db").said
    assert list(folder.iterdir()) == []


def test_a_usage_error_ran_over_five_lines_or_named_the_help_of_another_command() -> None:
    done = run("completion")
    assert done.code == 2 and len(done.said.splitlines()) == 2 and "bash, zsh, fish" in done.said
    assert "`gsearch index --help`" in run("index", "--include").said
    assert "`gsearch label add --help`" in run("label", "add", "x", "--describe").said


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("search --mode ", ["hybrid", "words", "meaning"]),
        ("index --ocr t", ["tesseract"]),
        ("index --gpu o", ["off"]),
        ("index --archives ", ["on", "off"]),
        ("search --sort d", ["date"]),
        ("completion z", ["zsh"]),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_shell_offered_the_values_of_options(shell: str, line: str, offered: list[str]) -> None:
    words = ["gsearch", *line.split(" ")]
    typed = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    typed |= {"_TYPER_COMPLETE_ARGS": " ".join(words), "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = run(env={**typed, "_GSEARCH_COMPLETE": f"complete_{shell}"})
    assert re.findall(r"[a-z]+", done.text.replace("_arguments", "")) == offered, done.text


def test_every_option_that_is_a_setting_with_choices_offers_them() -> None:
    for name, command in _commands():
        for option in command.params:
            if option.name in settings.names() and (wanted := settings.choices(option.name)):
                given = option.shell_complete(command.make_context(name, [], resilient_parsing=True), "")
                assert [each.value for each in given] == list(wanted), (name, option.name)


def test_an_error_under_json_named_the_group_in_place_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    group = typer.main.get_command(app)
    named = {name: each for name, each in group.commands.items() if hasattr(each, "commands")}  # type: ignore[attr-defined]
    assert set(named) == set(render.GROUPS)
    for outer, each in named.items():
        for inner in each.commands:
            assert main([outer, inner, "--no-such-option", "--json"]) == 2
            assert json.loads(capsys.readouterr().out)["command"] == f"{outer} {inner}"
    assert main(["show", "--no-such-option", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["command"] == "show"


@pytest.mark.parametrize("line", [[""], [" "], ["", ""]])
def test_an_empty_search_found_nothing_where_an_empty_question_is_a_usage_error(line: list[str]) -> None:
    for command in ("search", "ask"):
        done = run(command, *line, env={"GSEARCH_DB": "/no/such/index.db"})
        assert (done.code, done.text) == (2, "") and "is empty" in done.said, command


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_shell_offered_labels_kept_searches_and_models(shell: str, tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "a.md").write_text("# Boiler\n\nServiced in May.\n")
    env = {"GSEARCH_DB": str(tmp_path / "i" / "i.db"), "GSEARCH_EMBEDDER": "static"}
    assert run("index", tmp_path / "n", env=env).code == 0
    for name in ("invoice", "inland", "letter"):
        assert run("label", "add", name, "--describe", "something", env=env).code == 0
    assert run("save", "rent", "rent from:kessler", env=env).code == 0

    def offered(*words: str, **more: str) -> list[str]:
        typed = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
        typed |= {"_TYPER_COMPLETE_ARGS": " ".join(words), "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
        said = run(env={**env, **typed, "_GSEARCH_COMPLETE": f"complete_{shell}", **more}).text
        listed = said.removeprefix("_arguments").replace("\\", "")
        return re.findall(r"[@a-z][-:a-z\d]+", listed)

    assert offered("gsearch", "label", "review", "in") == ["inland", "invoice"]
    assert offered("gsearch", "label", "remove", "l") == ["letter"]
    assert offered("gsearch", "search", "boiler", "@") == ["@rent"]
    assert offered("gsearch", "models", "path", "gemma-3-270m-it-q") == [
        "gemma-3-270m-it-qat",
        "gemma-3-270m-it-q8",
    ]
    if shell == "bash":  # to which a colon is a word
        assert offered("gsearch", "search", "boiler", "label", ":", "inv") == ["invoice"]
        assert offered("gsearch", "search", "label", ":") == ["inland", "invoice", "letter"]
    else:
        assert offered("gsearch", "search", "boiler", "label:inv") == ["label:invoice"]
    assert offered("gsearch", "label", "review", "in", GSEARCH_DB="/no/such/index.db") in ([], ["files"])
