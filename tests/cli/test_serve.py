"""The warm helper changes how long a search takes, and nothing else."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Indexed
from tests.cli.terminal import COMMAND


@pytest.fixture
def helper(
    indexed: Indexed, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[str]]:
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("GSEARCH_GENERATOR", "none")
    process = subprocess.Popen(
        [*COMMAND, "serve", "--idle", "60", "--db", str(indexed.db)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert "serving on" in process.stderr.readline()
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_with_and_without_a_helper_the_output_is_the_same_byte_for_byte(
    indexed: Indexed, helper: subprocess.Popen[str]
) -> None:
    lines = (
        ["search", "boiler"],
        ["search", "--json", "Lisbon trip"],
        ["ask", "How much is the deposit?"],
        ["search", "zyzzyva"],
    )
    warm = [indexed.run(*line) for line in lines]
    helper.send_signal(signal.SIGTERM)
    assert helper.wait(20) == 0
    cold = [indexed.run(*line) for line in lines]
    assert [(r.code, r.out) for r in warm] == [(r.code, r.out) for r in cold]


def test_a_helper_that_was_killed_leaves_searches_working(
    indexed: Indexed, helper: subprocess.Popen[str]
) -> None:
    helper.kill()
    helper.wait()
    time.sleep(0.1)
    assert indexed.run("search", "boiler").code == 0


def test_a_second_helper_is_told_that_one_serves_already(
    indexed: Indexed, helper: subprocess.Popen[str]
) -> None:
    assert indexed.run("serve", "--idle", "1").code == 75


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it cannot be told")
def test_a_helper_that_ctrl_z_halted_kept_every_search_waiting_for_two_minutes(
    indexed: Indexed, helper: subprocess.Popen[str]
) -> None:
    helper.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    before = time.monotonic()
    assert indexed.run("search", "boiler").code == 0
    assert indexed.run("ask", "How much is the deposit?").code == 0
    assert time.monotonic() - before < 30
    helper.send_signal(signal.SIGCONT)
    assert indexed.run("search", "boiler").code == 0


@pytest.mark.slow
def test_a_helper_that_ended_printed_no_envelope_under_json(
    indexed: Indexed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    done = indexed.run("serve", "--idle", "1", "--json")
    assert (json.loads(done.out)["command"], json.loads(done.out)["exit"], done.code) == ("serve", 0, 0)
