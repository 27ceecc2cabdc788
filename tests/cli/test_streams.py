"""Streams that are closed, full or left early: one line at most, a documented exit code, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gemmasearch.cli.asked import guarded
from gemmasearch.errors import InternalError, MachineRefused
from tests.cli.conftest import Indexed

COMMANDS = (
    "config",
    "config --json",
    "--version",
    "--help",
    "index --help",
    "completion bash",
    "models list",
)


def _shell(
    command: str, redirection: str, python: str = '"$PYTHON" -m gemmasearch'
) -> subprocess.CompletedProcess[str]:
    line = f"{python} {command} {redirection}"
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env={
            "PYTHON": sys.executable,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_exit_code_6_and_one_line(command: str) -> None:
    done = _shell(command, ">/dev/full")
    assert done.returncode == 6
    assert done.stderr.count("gsearch: ") == 1
    assert "cannot write to standard output: No space left" in done.stderr  # it named only the reason


@pytest.mark.parametrize("buffered", ["", "PYTHONUNBUFFERED=1"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_run_with_nothing_new_and_a_full_disk_under_stdout_was_a_traceback(
    indexed: Indexed, buffered: str
) -> None:
    command = f'env {buffered} "$PYTHON" -m gemmasearch index --db {indexed.db}'
    for _ in range(2):  # the first may still have something to do
        done = _shell(command, ">/dev/full", python="")
        assert done.returncode == 6
        assert done.stderr.startswith("gsearch: cannot write to standard output: No space left")


@pytest.mark.parametrize("buffered", ["", "PYTHONUNBUFFERED=1"])
@pytest.mark.parametrize("option", ["", "--json", "--jsonl", "--csv"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_hits_for_a_full_disk_named_the_reason_alone(indexed: Indexed, option: str, buffered: str) -> None:
    command = f'env {buffered} "$PYTHON" -m gemmasearch search --mode words {option} --db {indexed.db} lisbon'
    done = _shell(command, ">/dev/full", python="")
    assert done.returncode == 6
    assert done.stderr.startswith("gsearch: cannot write to standard output: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", COMMANDS)
def test_closed_streams_are_no_error(command: str, redirection: str) -> None:
    done = _shell(command, redirection)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_an_error_keeps_its_exit_code_when_nobody_can_read_it() -> None:
    assert _shell("nosuch", ">&- 2>&-").returncode == 2
    assert _shell("search x --db /nonexistent/index.db --json", ">/dev/full").returncode == 3


@pytest.mark.parametrize("command", ["", "models"])
def test_a_command_without_its_subcommand_shows_its_help(command: str) -> None:
    done = _shell(command, "")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: gsearch")
    assert "see `" not in done.stderr


@pytest.mark.parametrize("command", ["search heating", "status", "index"])
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_config_file_without_an_end_was_read_until_the_memory_was_full(command: str) -> None:
    done = _shell(f'env GSEARCH_CONFIG=/dev/zero "$PYTHON" -m gemmasearch {command}', "", python="")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "/dev/zero" in done.stderr and len(done.stderr.splitlines()) == 2


def test_want_of_memory_was_called_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise MemoryError

    assert guarded(work, ["search", "x"]) == MachineRefused.exit_code
    assert "not enough memory" in capsys.readouterr().err


def test_a_library_that_found_no_room_in_memory_was_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise ImportError(
            "Importing the numpy C-extensions failed. Original error was: libscipy_openblas64_.so: failed to map"
            " segment from shared object"
        )

    assert guarded(work, ["ask", "x"]) == MachineRefused.exit_code
    assert "not enough memory" in capsys.readouterr().err


def test_a_library_that_is_broken_is_still_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise ImportError("libscipy_openblas64_.so: undefined symbol: dgemm")

    assert guarded(work, ["ask", "x"]) == InternalError.exit_code


@pytest.mark.parametrize("text", ["results = " + "[" * 9000, "results = " + "9" * 9000, 'mode = "\\ud800"'])
@pytest.mark.parametrize("command", ["search heating", "index"])
def test_a_config_file_that_toml_chokes_on_was_a_traceback(tmp_path: Path, text: str, command: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    done = _shell(f'env GSEARCH_CONFIG={config} "$PYTHON" -m gemmasearch {command}', "", python="")
    assert done.returncode == 2 and done.stderr.startswith(f"gsearch: cannot read the config file {config}")


@pytest.mark.parametrize("command", ["--help", "index --help", "models -h"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_help_that_is_written_at_once_to_a_full_disk_named_the_reason_alone(command: str) -> None:
    done = _shell(f'env PYTHONUNBUFFERED=1 "$PYTHON" -m gemmasearch {command}', ">/dev/full", python="")
    assert done.returncode == 6
    assert done.stderr.startswith("gsearch: cannot write to standard output: No space left")


@pytest.mark.parametrize("command", ["index .", "index --db x.db", "search 'in:. heating'", "show x.md"])
def test_a_working_folder_that_is_gone_was_a_traceback(
    indexed: Indexed, tmp_path: Path, command: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    away = f'cd {here} && rmdir {here} && env GSEARCH_DB={indexed.db} "$PYTHON" -m gemmasearch {command}'
    done = _shell(away, "", python="")
    assert done.returncode == 6 and "Traceback" not in done.stderr
    assert "gsearch: the folder where you are is gone" in done.stderr


TELLING = (
    "search --mode words lisbon",
    "search --json lisbon",
    "ask --extract lisbon",
    "status",
    "why /nowhere",
)


@pytest.mark.parametrize("command", TELLING)
def test_what_a_closed_stdout_could_not_tell_was_a_success(indexed: Indexed, command: str) -> None:
    done = _shell(f"{command} --db {indexed.db}", ">&-")
    assert done.returncode == 6 and "Traceback" not in done.stderr
    assert "gsearch: cannot write to standard output: it is closed\n" in done.stderr


def test_a_closed_stdout_keeps_no_other_exit_code_from_being_told(indexed: Indexed, tmp_path: Path) -> None:
    assert _shell(f"search --mode words zyzzyva --db {indexed.db}", ">&-").returncode == 1
    assert _shell("search --nosuch x", ">&-").returncode == 2
    assert _shell(f"search --json x --db {tmp_path}/none.db", ">&-").returncode == 3
    assert _shell(f"search --mode words lisbon --db {indexed.db}", "<&- >&- 2>&-").returncode == 6
    assert _shell("search --help", ">&-").returncode == 0


def test_a_pipe_that_is_left_early_stays_quiet(indexed: Indexed) -> None:
    done = _shell(f"search --mode words --all -n 50 the --db {indexed.db}", "| head -0")
    assert done.returncode == 0 and "standard output" not in done.stderr


def test_a_run_without_any_open_stream_does_its_work(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.md").write_text("the walnut table")
    db = tmp_path / "i" / "index.db"
    for _ in range(2):  # the second has nothing to do
        assert _shell(f"index {tmp_path}/tree --db {db}", "<&- >&- 2>&-").returncode == 0
    assert "a.md" in _shell(f"search --mode words walnut --db {db}", "").stdout


def test_chat_offered_json_which_it_refuses() -> None:
    assert "--json" not in _shell("chat --help", "").stdout
    assert "--json" in _shell("ask --help", "").stdout
    refused = _shell("chat --json", "")
    assert refused.returncode == 2 and "use `gsearch ask --json`" in refused.stdout
