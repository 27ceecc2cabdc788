"""README and completions say what the program says; ``python -m tests.docs`` mends a failure here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs import generate

README = generate.README.read_text("utf-8")
COMMANDS = [name for name, _ in generate._commands()]


def test_the_generated_parts_of_the_readme_are_up_to_date() -> None:
    assert generate.filled(README) == README


def test_every_generated_part_is_in_the_readme_once() -> None:
    assert sorted(re.findall(r"<!-- generated: ([a-z-]+) -->", README)) == sorted(generate.SECTIONS)


@pytest.mark.parametrize("shell", generate.COMPLETIONS)
def test_the_completion_scripts_are_up_to_date(shell: str) -> None:
    assert generate.COMPLETIONS[shell].read_text("utf-8") == generate.completion(shell)


def test_the_readme_sets_up_a_machine_in_two_commands() -> None:
    assert sorted(generate.commands(README)) == [1, 2]


def test_ci_finds_the_same_commands_without_an_environment_to_import() -> None:
    """The environment is what the first command makes: CI cuts the commands out with awk."""
    script = (generate.ROOT / ".ci" / "run").read_text("utf-8")
    program = re.search(r"awk -v marker=\"[^\"]*\" '(.*?)'", script, re.S)
    assert program
    for number, wanted in generate.commands(README).items():
        command = ["awk", "-v", f"marker=<!-- command {number} -->", program[1], str(generate.README)]
        assert (
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n") == wanted
        )


def _examples() -> list[str]:
    """Every ``gsearch …`` call within a fenced shell block of the README."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.S)
    return [m for block in blocks for m in re.findall(r"\bgsearch ([a-z][^|>;&)\n]*)", block)]


@pytest.mark.parametrize("example", sorted(set(_examples())))
def test_examples_use_commands_and_options_that_exist(example: str) -> None:
    words = example.split(" #")[0].split()
    name = " ".join(["gsearch", *words[:2]])
    if name not in COMMANDS:
        name = f"gsearch {words[0]}"
    assert name in COMMANDS
    known = next(command for found, command in generate._commands() if found == name)
    options = {option for parameter in known.params for option in parameter.opts} | {"--help", "-h"}
    used = {w.partition("=")[0] for w in words if re.fullmatch(r"--[a-z0-9][a-z-]*(=.*)?|-[a-z0-9]", w)}
    assert used - options == set()


def test_links_within_the_readme_lead_somewhere() -> None:
    targets = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in README.splitlines()
        if line[:1] == "#"
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) - targets == set()
    files = list(re.findall(r"\]\((?!https?:|#)([^)]+)\)", README))
    assert [file for file in files if not (generate.ROOT / file).exists()] == []


@pytest.mark.parametrize(
    "line", ["gsearch mod", "gsearch models pu", "gsearch index --stri", "gsearch completion z"]
)
def test_bash_completes_through_the_shipped_script(line: str, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash on this machine")
    words = line.split(" ")
    launcher = tmp_path / "gsearch"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gemmasearch "$@"\n')
    launcher.chmod(0o700)
    quoted = " ".join(f"'{word}'" for word in words)
    script = (
        f"source '{generate.COMPLETIONS['bash']}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        "_gsearch_completion gsearch; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(generate.ROOT)}
    found = subprocess.run(
        [bash, "-c", script], capture_output=True, text=True, env=env, check=True, timeout=30
    ).stdout
    assert [word for word in found.split() if word.startswith(words[-1])], found
