"""A mailbox that grew is read from its last message on; whatever else happens to it, nothing is missed."""

from __future__ import annotations

import base64
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem, SyncReport
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import growth, opening, read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, environment, message, note, sound


@pytest.fixture(autouse=True)
def small_boxes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "WORTH", 0)


class Mail:
    """A folder with one mailbox, its index, and where the reader was asked to begin."""

    def __init__(self, folder: Path, messages: list[str]) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        self.tree.mkdir(parents=True)
        self.box = self.tree / "Inbox"
        self.box.write_text("".join(messages))
        self.db = folder / "i" / "index.db"
        self.starts: list[int] = []
        self.embedder = FakeEmbedder()

    def run(self, stop_after: int = 10**9, stop_at: int = 10**9) -> SyncReport:
        """:param stop_after: questions whether to stop. :param stop_at: documents in the index."""
        self.starts.clear()
        self.embedder = FakeEmbedder()
        asked = iter(range(10**9))
        with Store.open(self.db, create=True) as store:

            def stop() -> bool:
                return next(asked) > stop_after or store.summary().documents >= stop_at

            return sync(store, self.embedder, self.read, Settings(), roots=[str(self.tree)], stop=stop)

    def read(self, path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        self.starts.append(start)
        return read(path, start=start)

    def append(self, text: str) -> None:
        with self.box.open("a") as stream:
            stream.write(text)

    def check(self) -> None:
        """It equals a fresh index."""
        fresh = self.folder / f"fresh{time.monotonic_ns()}" / "index.db"
        with Store.open(fresh, create=True) as store:
            sync(store, FakeEmbedder(), read, Settings(), roots=[str(self.tree)])
        assert contents(self.db) == contents(fresh)
        sound(self.db)


def letters(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [message(chance, number) for number in range(count)]


def test_only_what_was_added_is_read_and_embedded(tmp_path: Path) -> None:
    first, added = letters(20), letters(3, seed=2)
    mail = Mail(tmp_path, first)
    mail.run()
    mail.append("".join(added))
    mail.run()
    assert mail.starts == [len("".join(first[:-1]))] and mail.embedder.documents == 3
    mail.check()


def test_a_message_that_was_half_there_is_read_again_when_it_is_whole(tmp_path: Path) -> None:
    *whole, last = letters(5)
    mail = Mail(tmp_path, [*whole, last[: len(last) * 2 // 3]])
    mail.run()
    mail.append(last[len(last) * 2 // 3 :] + letters(1, seed=3)[0])
    mail.run()
    assert mail.starts[0] > 0
    mail.check()


def test_the_same_message_once_more_gets_the_name_a_fresh_index_gives_it(tmp_path: Path) -> None:
    first = letters(5)
    mail = Mail(tmp_path, first)
    mail.run()
    mail.append(first[1] + letters(1, seed=3)[0])
    mail.run()
    mail.check()


def mozilla(text: str, status: str = "0001") -> str:
    envelope, _, rest = text.partition("\n")
    return f"{envelope}\nX-Mozilla-Status: {status}\nX-Mozilla-Status2: 00000000\n{rest}"


def test_thunderbird_deletes_in_place_while_mail_arrives(tmp_path: Path) -> None:
    mail = Mail(tmp_path, [mozilla(text) for text in letters(8)])
    mail.run()
    text = mail.box.read_text()
    place = [found.start() for found in re.finditer("X-Mozilla-Status: 0001", text)][3]
    mail.box.write_text(text[:place] + "X-Mozilla-Status: 0009" + text[place + 22 :])
    mail.append(mozilla(letters(1, seed=3)[0]))
    mail.run()
    mail.check()
    # … reads it and takes it back.
    mail.box.write_text(mail.box.read_text().replace("Status: 0009", "Status: 0001"))
    mail.append(mozilla(letters(1, seed=4)[0]))
    mail.run()
    mail.check()


def test_marks_that_do_not_count_leave_the_box_as_it_was(tmp_path: Path) -> None:
    mail = Mail(tmp_path, [mozilla(text) for text in letters(8)])
    mail.run()
    mail.box.write_text(mail.box.read_text().replace("Status: 0001", "Status: 0000", 4))
    mail.append(mozilla(letters(1, seed=3)[0]))
    mail.run()
    assert mail.starts[0] > 0
    mail.check()


def test_compacted_and_grown_or_edited_and_grown_is_read_whole(tmp_path: Path) -> None:
    first = letters(9)
    mail = Mail(tmp_path, first)
    mail.run()
    mail.box.write_text("".join([*first[:2], *first[3:], *letters(4, seed=5)]))
    mail.run()
    assert mail.starts[-1] == 0
    mail.check()
    text = mail.box.read_text()
    word = re.search(r"\b(?:boiler|candle|garden|island)\b", text)
    assert word
    mail.box.write_text(text[: word.start()] + "violin" + text[word.end() :] + letters(1, seed=6)[0])
    mail.run()
    assert mail.starts[-1] == 0
    mail.check()


def test_a_run_stopped_within_a_grown_box_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gemmasearch.indexing.putting.DOCUMENTS_PER_TRANSACTION", 2)
    mail = Mail(tmp_path, letters(6))
    mail.run()
    mail.append("".join(letters(9, seed=2)))
    for after in (3, 4, 5):
        mail.run(stop_after=after)
    mail.run()
    mail.check()


def test_the_first_reading_of_a_box_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a large box would never be read by runs with --max-time."""
    monkeypatch.setattr("gemmasearch.indexing.putting.DOCUMENTS_PER_TRANSACTION", 4)
    mail = Mail(tmp_path, letters(30))
    starts = []
    for known in (4, 8, 16, 24):
        assert mail.run(stop_at=known).interrupted
        starts += mail.starts
    assert starts[0] == 0 and len(starts) == 4 and starts == sorted(set(starts))
    mail.run()
    mail.check()


@pytest.mark.slow
def test_a_locked_mailbox_keeps_what_is_known_of_it_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "DOTLOCK_SECONDS", 0.2)
    mail = Mail(tmp_path, letters(4))
    mail.run()
    lock = mail.tree / "Inbox.lock"
    for _ in range(5):  # more often than a file that fails is tried
        lock.touch()
        mail.append(letters(1, seed=5)[0])
        report = mail.run()
        assert report.skipped == {"busy": 1}
        with Store.open(mail.db) as store:
            assert len(store.documents_at(str(mail.box))) == 4
            assert [p.reason for p in store.problems()] == ["busy"]
    lock.unlink()
    assert mail.run().skipped == {} and mail.starts[0] > 0
    mail.check()


def test_the_lock_is_waited_for(tmp_path: Path) -> None:
    mail = Mail(tmp_path, letters(2))
    lock = mail.tree / "Inbox.lock"
    lock.touch()
    remover = subprocess.Popen(["sh", "-c", 'sleep 0.5; rm "$1"', "sh", str(lock)])
    assert mail.run().skipped == {}
    remover.wait()


# -- in full size ---------------------------------------------------------------------------------------------


SIZE = float(os.environ.get("GSEARCH_SOAK", "1.0"))
PICTURE = base64.encodebytes(
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(7).randbytes(57 * 1000)
).decode()


def heavy(number: int, chance: random.Random, pictures: int) -> str:
    """A message that carries a picture, as most of a large mailbox does."""
    head, _, body = message(chance, number).partition("\n\n")
    kind = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"'
    picture = "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + PICTURE * pictures
    return f"{head}\n{kind}\n\n--b\nContent-Type: text/plain\n\n{body}\n--b\n{picture}\n--b--\n\n"


def command(tree: Path, db: Path, *before: str) -> subprocess.CompletedProcess[str]:
    line = [
        *before,
        sys.executable,
        "-m",
        "gemmasearch",
        "index",
        str(tree),
        "--db",
        str(db),
        "--json",
        "--foreground",
    ]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def bytes_read(log: Path, path: Path) -> int:
    """How many bytes of a file all processes together read, by ``strace -y``."""
    pattern = re.compile(rf"p?read(?:64|v)?\(\d+<{re.escape(str(path))}>.*= (\d+)$")
    return sum(
        int(found[1]) for line in log.open(errors="replace") if (found := pattern.search(line.rstrip()))
    )


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_ten_messages_more_in_a_gigabyte_of_mail_read_less_than_two_megabytes(tmp_path: Path) -> None:
    tree, db = tmp_path / "tree", tmp_path / "i" / "index.db"
    tree.mkdir()
    box, chance = tree / "Archive", random.Random(8)
    with box.open("w") as stream:
        for number in range(max(100, round(2300 * SIZE))):
            stream.write(heavy(number, chance, 6))
    assert box.stat().st_size > 1.05e9 * min(SIZE, 1) or SIZE < 0.05
    command(tree, db)
    with Store.open(db) as store:
        before = store.summary().chunks
    with box.open("a") as stream:
        for number in range(10):
            stream.write(heavy(number, chance, 1))
    log = tmp_path / "strace.txt"
    done = command(
        tree, db, "strace", "-f", "-y", "-qq", "-e", "trace=read,pread64,readv,preadv", "-o", str(log)
    )
    with Store.open(db) as store:
        added = store.summary().chunks - before
    size = bytes_read(log, box)
    print(f"{box.stat().st_size:,} bytes, {size:,} read, {added} chunks added; {done.stdout[:300]}")
    assert 0 < size < 2_000_000
    assert f'"embedded": {added}' in done.stdout and added == 10
    command(tree, fresh := tmp_path / "fresh" / "index.db")
    assert contents(db) == contents(fresh)
    sound(db)


def settle() -> None:
    time.sleep(2.1)  # until stamps prove something


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_renaming_a_folder_of_notes_and_flagging_mail_embeds_and_opens_nothing(tmp_path: Path) -> None:
    tree, db, count = tmp_path / "tree", tmp_path / "i" / "index.db", max(100, round(5000 * SIZE))
    chance = random.Random(9)
    for name in ("notes", "mail/cur", "mail/new", "mail/tmp"):
        (tree / name).mkdir(parents=True)
    for number in range(count):
        (tree / "notes" / f"{number}.md").write_text(note(chance))
        (tree / "mail" / "new" / f"{number}.M1.host").write_text(message(chance, number).partition("\n")[2])
    settle()
    command(tree, db)
    (tree / "notes").rename(tree / "papers")
    for number in range(count):
        name = f"{number}.M1.host"
        (tree / "mail" / "new" / name).rename(tree / "mail" / "cur" / f"{name}:2,S")
    log = tmp_path / "strace.txt"
    trace = (
        ("strace", "-f", "-qq", "-e", "trace=open,openat", "-o", str(log)) if shutil.which("strace") else ()
    )
    done = command(tree, db, *trace)
    assert f'"moved": {2 * count}' in done.stdout and '"embedded": 0' in done.stdout, done.stdout
    if trace:
        opened = [line for line in log.open() if f'"{tree}' in line and "O_DIRECTORY" not in line]
        assert not opened, opened[:5]
    command(tree, fresh := tmp_path / "fresh" / "index.db")
    assert contents(db) == contents(fresh)
    sound(db)
