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
from gemmasearch.indexing.scheduled import Installed, installed
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


@pytest.mark.slow
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


def crontab_is(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell script does is the machine's ``crontab``."""
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_a_crontab_keeps_the_lines_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table"
    table.write_text("MAILTO=me\n1 2 * * * /bin/true\n")
    crontab_is(
        f'[ "$1" = -l ] && exec cat {table}\ncat > {table}.new && mv {table}.new {table}\n',
        tmp_path,
        monkeypatch,
    )
    planned = schedule.plan("1h", tmp_path / "index.db", system="cron")
    schedule.install(planned)
    schedule.install(planned)
    lines = table.read_text().splitlines()
    assert lines[:2] == ["MAILTO=me", "1 2 * * * /bin/true"] and len(lines) == 3
    assert installed(tmp_path) == [Installed(str(tmp_path / "index.db"), "cron", (lines[2],))]
    assert schedule.remove(tmp_path / "index.db", tmp_path) == [lines[2]]
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
    crontab_is(f'if [ "$1" = -l ]; then {listed}; else cat > {written}; fi\n', tmp_path, monkeypatch)
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


def _systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that writes down what it is asked for; no crontab."""
    calls = tmp_path / "calls"
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return calls


def test_a_timer_is_written_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _systemctl(tmp_path, monkeypatch)
    index = tmp_path / "index.db"
    planned = schedule.plan("30m", index, system="systemd", home=tmp_path)
    schedule.install(planned, tmp_path)
    (found,) = installed(tmp_path)
    assert (found.index, len(found.entries)) == (str(index), 2)
    timer = found.entries[0]
    assert f"enable --now {os.path.basename(timer)}" in calls.read_text() and timer.endswith(".timer")
    schedule.remove(index, tmp_path)
    assert not list((tmp_path / ".config" / "systemd" / "user").iterdir())


@pytest.mark.parametrize("system", ["systemd", "launchd"])
def test_the_schedule_of_a_second_index_replaced_the_first_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    _systemctl(tmp_path, monkeypatch).parent.joinpath("bin", "launchctl").symlink_to("systemctl")
    one, two = tmp_path / 'a "b" 100% c.db', tmp_path / "two.db"
    for index in (one, two, one):
        schedule.install(schedule.plan("30m", index, system=system, home=tmp_path), tmp_path)
    assert {each.index for each in installed(tmp_path)} == {str(one), str(two)}
    gone = schedule.remove(one, tmp_path)
    assert len(gone) == (2 if system == "systemd" else 1) and not any(Path(each).exists() for each in gone)
    assert [each.index for each in installed(tmp_path)] == [str(two)]
    assert schedule.remove(one, tmp_path) == []


def test_lines_of_several_indexes_stand_in_one_crontab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "table"
    table.write_text("1 2 * * * /bin/true\n")
    crontab_is(
        f'[ "$1" = -l ] && exec cat {table}\ncat > {table}.new && mv {table}.new {table}\n',
        tmp_path,
        monkeypatch,
    )
    one, two = tmp_path / "100% a.db", tmp_path / "two.db"
    for index, every in ((one, "1h"), (two, "1h"), (one, "2h")):
        schedule.install(schedule.plan(every, index, system="cron"), tmp_path)
    assert [each.index for each in installed(tmp_path)] == [str(two), str(one)]
    assert len(table.read_text().splitlines()) == 3
    schedule.remove(two, tmp_path)
    assert [each.index for each in installed(tmp_path)] == [str(one)] and "0 */2" in table.read_text()


def test_a_schedule_under_the_name_of_before_is_known_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _systemctl(tmp_path, monkeypatch)
    index = tmp_path / "index.db"
    planned = schedule.plan("30m", index, system="systemd", home=tmp_path)
    for name, text in planned.files.items():
        old = Path(name).with_name("gsearch-index" + Path(name).suffix)
        old.parent.mkdir(parents=True, exist_ok=True)
        old.write_text(text)
    (found,) = installed(tmp_path)
    assert found.index == str(index) and found.entries[0].endswith("/gsearch-index.timer")
    schedule.install(planned, tmp_path)
    assert "disable --now gsearch-index.timer" in calls.read_text()
    assert {entry for each in installed(tmp_path) for entry in each.entries} == planned.files.keys()


def test_settings_of_the_installing_shell_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSEARCH_MODELS_DIR", "models here")
    monkeypatch.chdir(tmp_path)
    line = schedule.plan("30m", Path("i.db"), system="cron").line
    command = shlex.split(line.split(" * ", 4)[-1])
    assert f"GSEARCH_MODELS_DIR={tmp_path}/models here" in command and command[-1] == str(tmp_path / "i.db")
    assert command[command.index("--scheduled") + 1] == "1800"
