"""Nothing leaves the machine: no command but ``models pull`` opens a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Indexed
from tests.cli.terminal import COMMAND

WATCHER = """
import os, sys
def hook(event, arguments):
    if event.startswith(("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.")):
        with open(os.environ["SOCKET_LOG"], "a") as log:
            log.write(f"{event} {arguments}\\n")
sys.addaudithook(hook)
"""


def commands(indexed: Indexed, note: Path) -> list[list[str]]:
    db = ["--db", str(indexed.db)]
    return [
        ["index", str(note), *db],
        ["search", "boiler service", *db],
        ["ask", "When was the boiler serviced?", *db],
        ["status", *db],
        ["models", "list"],
        ["config"],
        ["demo"],
    ]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text('<html><body><p>heron</p><img src="http://127.0.0.1:9/pixel.png"></body></html>')
    return path


@pytest.mark.slow
def test_no_command_touches_the_network(indexed: Indexed, note: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCHER)
    log = tmp_path / "sockets"
    env = {**os.environ, "SOCKET_LOG": str(log), "PYTHONPATH": f"{tmp_path / 'site'}:{Path.cwd()}"}
    env.pop("HF_HUB_OFFLINE")
    control = [COMMAND[0], "-c", "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"]
    subprocess.run(control, env=env, check=True)
    assert "socket.connect" in log.read_text(), "the watcher itself does not work"
    log.unlink()
    for arguments in commands(indexed, note):
        done = subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
        assert not log.exists(), (arguments, log.read_text())


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_no_command_makes_a_network_system_call(indexed: Indexed, note: Path, tmp_path: Path) -> None:
    for arguments in commands(indexed, note):
        log = tmp_path / "trace"
        trace = ["strace", "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(log)]
        done = subprocess.run([*trace, *COMMAND, *arguments], capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
        calls = [line for line in log.read_text().splitlines() if "socket(" in line and "AF_UNIX" not in line]
        assert not calls, (arguments, calls)


@pytest.mark.slow
def test_every_command_works_without_any_network(indexed: Indexed, note: Path) -> None:
    isolate = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*isolate, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel does not let us make a network namespace")
    for arguments in commands(indexed, note):
        done = subprocess.run([*isolate, *COMMAND, *arguments], capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
