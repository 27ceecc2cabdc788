"""The schedule: what is written is what the machine's scheduler understands, and can be taken back."""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
from pathlib import Path

import pytest

from gemmasearch.errors import MachineRefused, UsageProblem
from gemmasearch.indexing import schedule
from tests.indexing.trees import plant


@pytest.mark.parametrize(("said", "seconds"), [("30m", 1800), ("2h", 7200), ("1d", 86400), ("5 M", 300)])
def test_intervals(said: str, seconds: int) -> None:
    assert schedule.seconds_of(said) == seconds


@pytest.mark.parametrize("said", ["", "5", "1m", "x", "-3h", "0d"])
def test_senseless_intervals_are_usage_problems(said: str) -> None:
    with pytest.raises(UsageProblem):
        schedule.seconds_of(said)


def test_units_and_agents_hold_absolute_commands_and_odd_paths(tmp_path: Path) -> None:
    index = tmp_path / 'a "b" 100% c' / "index.db"
    units = schedule.plan("30m", index, system="systemd", home=tmp_path)
    texts = "".join(units.files.values())
    assert "OnUnitActiveSec=1800s" in texts and "Nice=19" in texts
    assert 'a \\"b\\" 100%% c/index.db"' in texts and 'ExecStart="/' in texts
    agent = schedule.plan("2h", index, system="launchd", home=tmp_path)
    (text,) = agent.files.values()
    assert plistlib.loads(text.encode())["ProgramArguments"][-1] == str(index)


def test_the_crontab_line_works_in_crons_bare_environment(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    plant(tree, 3)
    index = tmp_path / "i n%d" / "index.db"
    bare = {"LANG": "C", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GSEARCH_EMBEDDER": "fake"}
    planned = schedule.plan("30m", index, system="cron")
    assert planned.line.startswith("*/30 * * * * /")
    command = planned.line.removeprefix("*/30 * * * * ").replace("\\%", "%")
    first = [*shlex.split(command), str(tree)]
    here = os.getcwd()
    subprocess.run(first, env=bare | {"PYTHONPATH": here}, cwd="/", check=True)
    done = subprocess.run(["/bin/sh", "-c", command], env=bare | {"PYTHONPATH": here}, cwd="/", check=False)
    assert done.returncode == 0 and index.exists()


def test_an_interval_that_cron_cannot_keep_is_told(tmp_path: Path) -> None:
    planned = schedule.plan("7m", tmp_path / "i.db", system="cron")
    assert planned.line.startswith("*/6 ") and planned.seconds == 360 and "--scheduled 360" in planned.line
    assert schedule.plan("36h", tmp_path / "i.db", system="cron").line.startswith("0 3 */1 ")


def test_a_crontab_keeps_the_lines_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table"
    table.write_text("MAILTO=me\n1 2 * * * /bin/true\n")
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -l ] && exec cat {table}\ncat > {table}.new && mv {table}.new {table}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    planned = schedule.plan("1h", tmp_path / "index.db", system="cron")
    schedule.install(planned)
    schedule.install(planned)
    lines = table.read_text().splitlines()
    assert lines[:2] == ["MAILTO=me", "1 2 * * * /bin/true"] and len(lines) == 3
    assert schedule.installed(tmp_path) == [lines[2]]
    assert schedule.remove(tmp_path) == [lines[2]]
    assert table.read_text() == "MAILTO=me\n1 2 * * * /bin/true\n"


@pytest.mark.parametrize(
    ("listed", "written_to"),
    [
        ("echo 'crontabs: cannot be read now' >&2; exit 1", False),
        ("echo 'no crontab for me' >&2; exit 1", True),
        ("printf '# caf\\351\\n1 2 * * * /bin/true'", True),
    ],
    ids=["cannot be listed", "none there", "latin-1, no newline"],
)
def test_a_crontab_that_could_not_be_listed_was_replaced_by_the_schedule_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, written_to: bool
) -> None:
    written = tmp_path / "written"
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then {listed}; else cat > {written}; fi\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    planned = schedule.plan("1h", tmp_path / "index.db", system="cron")
    if not written_to:
        with pytest.raises(MachineRefused, match="cannot be read now"):
            schedule.install(planned)
        assert not written.exists()
        return
    schedule.install(planned)
    *others, ours = written.read_bytes().splitlines()
    assert ours.endswith(b"# gsearch schedule")
    assert others == ([b"# caf\xe9", b"1 2 * * * /bin/true"] if "printf" in listed else [])


def test_a_timer_is_written_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = tmp_path / "calls"
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    schedule.install(schedule.plan("30m", tmp_path / "index.db", system="systemd", home=tmp_path))
    assert len([p for p in schedule.installed(tmp_path) if p.startswith(str(tmp_path))]) == 2
    assert "enable --now gsearch-index.timer" in calls.read_text()
    schedule.remove(tmp_path)
    assert not list((tmp_path / ".config" / "systemd" / "user").iterdir())


def test_settings_of_the_installing_shell_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSEARCH_MODELS_DIR", "models here")
    monkeypatch.chdir(tmp_path)
    line = schedule.plan("30m", Path("i.db"), system="cron").line
    command = shlex.split(line.split(" * ", 4)[-1])
    assert f"GSEARCH_MODELS_DIR={tmp_path}/models here" in command and command[-1] == str(tmp_path / "i.db")
    assert command[command.index("--scheduled") + 1] == "1800"
