from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.indexing.doctor import doctor
from gemmasearch.readers import Sandbox
from gemmasearch.readers.channel import Died
from gemmasearch.settings import Settings
from tests.readers.mail_files import mbox, message

pytestmark = pytest.mark.usefixtures("hostile")
LIMITS = Settings(reader_seconds=4, reader_memory_mb=300)


@pytest.fixture
def isolated() -> Iterator[readers.Isolated]:
    with readers.Isolated(LIMITS) as found:
        yield found


def file(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "file.hostile"
    path.write_text("\n".join("HOSTILE " + line for line in lines))
    return str(path)


def told(items: Iterator[Document | Problem]) -> list[str]:
    return [i.text if isinstance(i, Document) else i.reason for i in items]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("hang", "timeout"),
        ("spin", "timeout"),
        ("memory", "memory"),
        ("segfault", "crash"),
        ("abort", "crash"),
        ("leave", "crash"),
        ("nonsense", "crash"),
        ("giant", "limit"),
    ],
)
def test_a_bad_reader_becomes_a_problem_with_its_reason_and_the_next_file_is_read(
    isolated: readers.Isolated, tmp_path: Path, deed: str, reason: str
) -> None:
    started = time.monotonic()
    assert told(isolated.read(file(tmp_path, deed))) == [reason]
    assert told(isolated.read(file(tmp_path, "good still here"))) == ["still here"]
    assert time.monotonic() - started < 50


def test_a_machine_that_starts_no_reader_was_said_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with readers.Isolated() as isolated:
        (problem,) = isolated.read(file(tmp_path, "good"))
        assert isinstance(problem, Problem)
        assert (problem.reason, problem.detail) == (
            "crash",
            "no reader process could be started: No such file or directory",
        )
        with pytest.raises(Died):
            isolated.sandbox()


@pytest.mark.slow
def test_endless_documents_end_at_the_limit(isolated: readers.Isolated, tmp_path: Path) -> None:
    last = ""
    for item in isolated.read(file(tmp_path, "endless")):
        last = getattr(item, "reason", "")
    assert last == "limit"


@pytest.mark.slow
def test_one_killer_among_the_parts_costs_only_itself(isolated: readers.Isolated, tmp_path: Path) -> None:
    lines = ["good one", "segfault", "good two", "hang", "good three", "memory"]
    found = list(isolated.read(file(tmp_path, *lines)))
    assert told(iter(found)) == ["one", "crash", "two", "timeout", "three", "memory"]
    assert [i.part for i in found] == [f"part {n}" for n in range(6)]


@pytest.mark.slow
def test_a_file_of_killers_does_not_cost_workers_for_ever(isolated: readers.Isolated, tmp_path: Path) -> None:
    assert len(list(isolated.read(file(tmp_path, *["leave"] * 100)))) <= 25


linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of this system gives no such promise")


@linux
def test_no_socket_no_foreign_file_no_program_no_writing(isolated: readers.Isolated, tmp_path: Path) -> None:
    sandbox = isolated.sandbox()
    if not (sandbox.files and sandbox.network):
        pytest.skip(f"this kernel enforces only {sandbox}")
    secret, target = tmp_path / "id_rsa", tmp_path / "written"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        deeds = [
            f"connect {port}",
            f"peek {secret}",
            "peek /etc/passwd",
            f"write {target}",
            "fork",
            "execute",
            "kill",
        ]
        for deed in deeds:
            (found,) = isolated.read(file(tmp_path, deed))
            assert isinstance(found, Problem) and found.reason in ("unreadable", "crash"), deed
    assert not target.exists() or target.stat().st_size == 0
    assert told(isolated.read(file(tmp_path, "threads"))) == ["a thread"]
    assert told(isolated.read(file(tmp_path, f"peek {Path(os.__file__)}")))[0].startswith('r"""OS')


@linux
def test_a_reader_could_change_the_mode_and_the_times_of_any_file_of_the_users(
    isolated: readers.Isolated, tmp_path: Path
) -> None:
    """Landlock looks at what is opened; none of these opens the file."""
    if not isolated.sandbox().network:
        pytest.skip("this kernel keeps nobody from a system call")
    target = tmp_path / "id_rsa"
    target.write_text("secret")
    target.chmod(0o600)
    before = target.stat()
    for deed in (f"chmod {target}", f"touch {target}", f"mark {target}"):
        (found,) = isolated.read(file(tmp_path, deed))
        assert isinstance(found, Problem) and found.reason == "unreadable", deed
    assert target.stat() == before
    assert not os.listxattr(target)


@linux
@pytest.mark.parametrize("deed", ["limit", "kill_thread"])
def test_a_reader_could_set_the_limits_of_its_parent(
    isolated: readers.Isolated, tmp_path: Path, deed: str
) -> None:
    import resource

    if not isolated.sandbox().network:
        pytest.skip("this kernel keeps nobody from a system call")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    (found,) = isolated.read(file(tmp_path, deed))
    assert isinstance(found, Problem) and found.reason == "unreadable"
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


_SHORT = """
import resource, sys
sys.path[:] = {path!r}
for what, most in ((resource.RLIMIT_NOFILE, 40), (resource.RLIMIT_CPU, 3)):
    resource.setrlimit(what, (most, most))
if sys.platform == "linux":
    resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
    if not {helpless!r}:
        import ctypes

        libc = ctypes.CDLL(None)
        for right in range(64):  # root may raise any limit, also after this, unless a new program begins without
            libc.prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP
from gemmasearch import readers
with readers.Isolated() as isolated:
    print([getattr(i, "reason", "text") for i in isolated.read({file!r})])
"""


@linux
def test_a_limit_of_the_machine_below_ours_failed_every_mail_and_pdf(tmp_path: Path) -> None:
    """`ulimit -n 40`, `-v` or `-t` in the shell or of a service: only an administrator may raise it again."""
    code = _SHORT.format(path=sys.path, file=file(tmp_path, "good text"), helpless=os.geteuid() != 0)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "['text']\n", done.stderr


@linux
def test_the_memory_limit_cannot_be_lifted(isolated: readers.Isolated, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may raise its limits; the parent's clock and the system's remain")
    assert told(isolated.read(file(tmp_path, "unlimit"))) != ["unlimited"]


def test_what_a_reader_prints_goes_nowhere(isolated: readers.Isolated, tmp_path: Path) -> None:
    assert told(isolated.read(file(tmp_path, "shout"))) == ["shouted"]


def test_a_module_in_the_current_folder_is_not_run(
    isolated: readers.Isolated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pypdf", "json", "selectolax"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    (tmp_path / "a.html").write_text("<p>hello</p>")
    assert told(isolated.read(str(tmp_path / "a.html"))) == ["hello"]
    assert not (tmp_path / "ran").exists()


def test_leaving_a_file_in_the_middle_does_not_confuse_the_next_one(
    isolated: readers.Isolated, tmp_path: Path
) -> None:
    box = tmp_path / "box"
    box.write_bytes(mbox([message(f"text {n}", number=n) for n in range(50)]))
    reading = isolated.read(str(box))
    next(reading)
    reading.close()
    assert told(isolated.read(file(tmp_path, "good other"))) == ["other"]


def test_threads_may_share_it(isolated: readers.Isolated, tmp_path: Path) -> None:
    results: list[list[str]] = []
    paths = []
    for n in range(8):
        (tmp_path / str(n)).mkdir()
        paths.append(file(tmp_path / str(n), f"good {n}"))
    pool = [threading.Thread(target=lambda p=p: results.append(told(isolated.read(p)))) for p in paths]
    for each in pool:
        each.start()
    for each in pool:
        each.join()
    assert sorted(results) == [[str(n)] for n in range(8)]


def test_closing_leaves_no_process_behind(tmp_path: Path) -> None:
    before = set(children())
    with readers.Isolated(LIMITS) as isolated:
        list(isolated.read(file(tmp_path, "good x")))
        assert set(children()) - before
    assert not set(children()) - before


def children() -> list[str]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True
    ).stdout
    return [pid for pid in listing.split() if "worker" in _command(pid)]


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


_PARENT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts the tests may ignore it
sys.path[:] = {path!r}
from gemmasearch import readers
from gemmasearch.settings import Settings
with readers.Isolated(Settings(reader_seconds=60)) as isolated:
    print("ready", flush=True)
    print([getattr(i, "reason", "text") for i in isolated.read({file!r})], flush=True)
"""


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_worker_ends_with_its_parent_and_ctrl_c_is_the_parents(tmp_path: Path, how: signal.Signals) -> None:
    code = _PARENT.format(path=sys.path, file=file(tmp_path, "hang"))
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout and parent.stdout.readline() == b"ready\n"
    worker = wait_for_child(parent.pid)
    os.kill(parent.pid, how)
    parent.wait(10)
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _command(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _command(worker)


def wait_for_child(pid: int) -> str:
    for _ in range(200):
        found = [c for f in Path(f"/proc/{pid}/task").glob("*/children") for c in f.read_text().split()]
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no worker")


@linux
def test_the_doctor_says_what_the_kernel_enforces(isolated: readers.Isolated) -> None:
    (check,) = (c for c in doctor(Path("/nowhere/i.db")) if c.name == "isolation")
    assert check.ok and check.detail == isolated.sandbox().tier()
    assert ("not enforced" in check.detail) == (isolated.sandbox() != Sandbox(True, True, True))
    assert Sandbox().tier().startswith("readers are only timed; not enforced here")
