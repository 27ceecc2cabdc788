"""The warm helper: answers as the index itself does, and survives clients that misbehave."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gemmasearch import __version__, sample
from gemmasearch.documents import Answer, Hit
from gemmasearch.errors import IndexMissing, LockHeld, UsageProblem
from gemmasearch.index import Index
from gemmasearch.serving import connect, server, wire
from gemmasearch.serving.server import Server
from gemmasearch.settings import Settings

QUERIES = ["garden", "Lisbon trip", "from:dana heating", "zzzzqqqq", '"', "Grüße \udcff", ""]


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the bundled sample home."""
    folder = tmp_path_factory.mktemp("serving")
    sample.unpack(folder / "home")
    settings = Settings(db=str(folder / "private" / "index.db"), embedder="static", generator="fake")
    with Index.open(settings=settings) as index:
        index.index([folder / "home"])
    return settings.db_path


@pytest.fixture
def settings(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    # The path of a socket has little room, and those of pytest's folders grow with every thousand runs.
    with tempfile.TemporaryDirectory(prefix="gs") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Settings(db=str(indexed), embedder="static", generator="fake")


@contextmanager
def running(settings: Settings, idle: float | None = None) -> Iterator[Path]:
    started, over = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            Server(settings).run(idle=idle, stop=over.is_set, ready=lambda path: started.set())
        except BaseException as e:
            failed.append(e)
        finally:
            started.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(30)
    try:
        if failed:
            raise failed[0]
        yield wire.address(settings)
    finally:
        over.set()
        thread.join(10)
        assert not thread.is_alive()


def raw(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(path))
    return connection


def hello(settings_of_client: Settings, **changes: object) -> dict[str, object]:
    from gemmasearch.serving import client

    own = {"v": wire.VERSION, "program": __version__, "settings": client._values(settings_of_client)}
    return {**own, **changes}


def test_nobody_there_is_none_and_makes_nothing(settings: Settings) -> None:
    assert connect(settings) is None
    assert not wire.folder().exists()


def test_hits_and_answers_are_equal_to_those_of_the_index_itself(settings: Settings) -> None:
    with running(settings), Index.open(settings=settings, read_only=True) as index:
        remote = connect(settings)
        assert remote is not None
        with remote:
            for query in QUERIES:
                for options in ({}, {"mode": "words"}, {"mode": "meaning", "limit": 3}):
                    ours, theirs = remote.search(query, **options), index.search(query, **options)
                    assert ours == theirs, query
                    assert all(isinstance(hit, Hit) for hit in ours)
                    assert repr(ours) == repr(theirs), "types are equal too, not only values"
            for question in ("When is the heating serviced?", "Who is the king of Mars?"):
                pieces: list[str] = []
                own: list[str] = []
                theirs = remote.ask(question, on_text=pieces.append)
                mine = index.ask(question, on_text=own.append)
                assert repr(replace(theirs, timings={})) == repr(replace(mine, timings={}))
                assert isinstance(theirs, Answer) and pieces == own


def test_neighbours_of_a_file_a_hit_and_a_text_are_equal_too(
    settings: Settings, monkeypatch, tmp_path: Path
) -> None:
    with Index.open(settings=settings, read_only=True) as index:
        hit = index.search("garden", limit=1)[0]
        monkeypatch.chdir(Path(hit.path).parent)
        asked = [(hit.id, ""), (Path(hit.path).name, ""), ("", "tomatoes and beans in the garden")]
        expected = [index.similar(target, text=text) for target, text in asked]
    with running(settings):
        monkeypatch.chdir(Path(hit.path).parent)
        for (target, text), before in zip(asked, expected, strict=True):
            remote = connect(settings)
            assert remote is not None
            with remote:
                assert remote.similar(target, text=text) == before


def test_settings_of_the_command_are_used_and_not_those_of_the_helper(settings: Settings) -> None:
    with running(settings):
        remote = connect(replace(settings, results=2, hits_per_document=1))
        assert remote is not None
        with remote:
            assert len(remote.search("the")) == 2


@pytest.mark.parametrize(
    "change", [{"embedder": "fake"}, {"dim": 64}, {"generator": "none"}, {"models_dir": "/x"}]
)
def test_a_command_that_wants_other_models_does_it_itself(
    settings: Settings, change: dict[str, object]
) -> None:
    with running(settings):
        assert connect(replace(settings, **change)) is None
        assert connect(settings) is not None


def test_errors_come_through_with_their_kind(settings: Settings) -> None:
    with running(settings):
        remote = connect(settings)
        assert remote is not None
        with remote, Index.open(settings=settings, read_only=True) as index:
            for call in (lambda i: i.search("x", mode="nonsense"), lambda i: i.ask("")):
                try:
                    expected: BaseException | None = None
                    call(index)
                except UsageProblem as e:
                    expected = e
                if expected is not None:
                    with pytest.raises(UsageProblem, match=str(expected)):
                        call(remote)
            assert remote.search("garden") == index.search("garden"), "it goes on after an error"


def test_a_query_that_meets_a_bug_is_told_and_ends_nothing(settings: Settings) -> None:
    with running(settings):
        remote = connect(settings)
        assert remote is not None
        with remote:
            with pytest.raises(ConnectionError, match="Error"):
                remote.search("garden", limit="many")
            assert remote.search("garden")


def test_socket_and_folder_are_private(settings: Settings) -> None:
    with running(settings) as path:
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.lstat().st_mode & 0o077 == 0


def test_a_folder_that_others_can_enter_is_not_used(settings: Settings) -> None:
    wire.folder().mkdir(mode=0o755)
    wire.folder().chmod(0o755)
    with pytest.raises(UsageProblem), running(settings):
        pass
    with socket.socket(socket.AF_UNIX) as planted:
        planted.bind(str(wire.address(settings)))
        planted.listen()
        assert connect(settings) is None, "a socket that somebody planted is not talked to"


def test_a_folder_that_is_a_link_is_not_used(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    wire.folder().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageProblem), running(settings):
        pass
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_second_helper_is_refused_and_the_first_goes_on(settings: Settings) -> None:
    with running(settings):
        with pytest.raises(LockHeld), running(settings):
            pass
        assert connect(settings) is not None


def test_without_an_index_it_says_so_and_leaves_no_socket(settings: Settings, tmp_path: Path) -> None:
    missing = replace(settings, db=str(tmp_path / "none.db"))
    with pytest.raises(IndexMissing), running(missing):
        pass
    assert not wire.address(missing).exists()


def test_it_ends_when_nobody_asks(settings: Settings) -> None:
    with running(settings, idle=0.5) as path:
        deadline = time.monotonic() + 10
        while path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not path.exists()
        assert connect(settings) is None


def _half_length(c: socket.socket, s: Settings) -> None:
    c.sendall(b"\0\0")


def _half_message(c: socket.socket, s: Settings) -> None:
    c.sendall(struct.pack(">I", 500) + b'{"v":')


def _too_long(c: socket.socket, s: Settings) -> None:
    c.sendall(struct.pack(">I", 1 << 31))


def _no_json(c: socket.socket, s: Settings) -> None:
    c.sendall(struct.pack(">I", 5) + b"hello")


def _deep(c: socket.socket, s: Settings) -> None:
    c.sendall(struct.pack(">I", 200_000) + b"[" * 200_000)


def _other_version(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s, v=99))


def _other_program(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s, program="0.0.0"))


def _strange_settings(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s, settings={"results": "many"}))


def _private_method(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s))
    wire.receive(c, 1000)
    wire.send(c, {"do": "close", "arguments": [], "options": {}})


def _foreign_option(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s))
    wire.receive(c, 1000)
    wire.send(c, {"do": "search", "arguments": ["x"], "options": {"self": 1}})


def _too_many_arguments(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s))
    wire.receive(c, 1000)
    wire.send(c, {"do": "search", "arguments": ["x", "y", "z"], "options": {}})


def _gone(c: socket.socket, s: Settings) -> None:
    wire.send(c, hello(s))
    wire.receive(c, 1000)
    wire.send(c, {"do": "search", "arguments": ["garden"], "options": {}})
    c.close()


@pytest.mark.parametrize(
    "misbehave",
    [_half_length, _half_message, _too_long, _no_json, _deep, _other_version, _other_program, _strange_settings,
     _private_method, _foreign_option, _too_many_arguments, _gone],
)  # fmt: skip
def test_a_client_that_misbehaves_loses_its_connection_and_nothing_else(
    settings: Settings, misbehave: Callable[[socket.socket, Settings], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.5)
    with running(settings) as path:
        bad = raw(path)
        misbehave(bad, settings)
        remote = connect(settings)
        assert remote is not None
        with remote:
            assert remote.search("garden")
        if bad.fileno() >= 0:
            while True:  # the helper ends it: an answer that says no at most, then the end
                try:
                    if not bad.recv(65536):
                        break
                except ConnectionResetError:
                    break
            bad.close()


def test_slow_clients_keep_nobody_waiting(settings: Settings) -> None:
    with running(settings) as path:
        slow = [raw(path) for _ in range(server.CLIENTS - 1)]
        for connection in slow:
            connection.sendall(b"\0")
        start = time.monotonic()
        remote = connect(settings)
        assert remote is not None
        with remote:
            remote.search("garden")
        assert time.monotonic() - start < 20
        for connection in slow:
            connection.close()


def test_a_helper_that_was_killed_leaves_nothing_that_hinders(settings: Settings, tmp_path: Path) -> None:
    code = (
        "import sys; from gemmasearch.serving import serve; from gemmasearch.settings import Settings;"
        "serve(Settings(db=sys.argv[1], embedder='static', generator='fake'),"
        " ready=lambda path: print('ready', flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, settings.db], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        remote = connect(settings)
        assert remote is not None and remote.search("garden")
        process.kill()
        process.wait()
        with pytest.raises(ConnectionError):
            remote.search("garden")
        remote.close()
    assert wire.address(settings).exists(), "it could not clear up"
    assert connect(settings) is None
    with running(settings):
        assert connect(settings) is not None


def test_an_index_that_was_replaced_is_opened_again(settings: Settings, tmp_path: Path) -> None:
    import shutil

    (tmp_path / "own").mkdir(mode=0o700)
    own = replace(settings, db=str(tmp_path / "own" / "index.db"))
    shutil.copy(settings.db, own.db)
    with running(own):
        remote = connect(own)
        assert remote is not None
        assert remote.search("garden")
        os.replace(shutil.copy(own.db, own.db + ".new"), own.db)
        with Index.open(settings=own) as index:
            note = tmp_path / "home" / "new.md"
            note.parent.mkdir()
            note.write_text("# Quagga\n\nThe quagga is extinct.\n")
            index.index([note.parent])
        assert [hit.title for hit in remote.search("quagga", mode="words")] == ["Quagga"]
        remote.close()


def test_the_way_to_the_helper_imports_next_to_nothing(settings: Settings) -> None:
    code = (
        "import sys; from gemmasearch.serving import connect; from gemmasearch.settings import Settings;"
        "before = set(sys.modules); r = connect(Settings(db=sys.argv[1], embedder='static', generator='fake'));"
        "r.search('garden'); print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    with running(settings):
        done = subprocess.run(
            [sys.executable, "-c", code, settings.db],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
    loaded = set(done.stdout.split())
    assert not loaded & {
        "numpy",
        "apsw",
        "typer",
        "rich",
        "tokenizers",
        "llama_cpp",
        "platformdirs",
        "asyncio",
    }


def test_records_survive_the_way_through_json(settings: Settings) -> None:
    with Index.open(settings=settings, read_only=True) as index:
        for hit in index.search("the", limit=20):
            assert wire.unpack(Hit, json.loads(json.dumps(wire.pack(hit)))) == hit
