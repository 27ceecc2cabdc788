from __future__ import annotations

import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.readers import mailbox
from tests.readers.contract import ReaderContract, documents
from tests.readers.mail_files import ENVELOPE, mbox, message


class TestMbox(ReaderContract):
    name, file = "mbox", "Inbox"

    def sample(self) -> bytes:
        return mbox([message(number=1), message("Second.\n", number=2)])


def split(raw: bytes) -> list[bytes]:
    found = list(readers.split_mbox(io.BytesIO(raw)))
    assert b"".join(each for _, _, each in found) == raw.lstrip()
    assert all(raw[offset : offset + length] == each for offset, length, each in found)
    return [each for _, _, each in found]


def read(tmp_path: Path, raw: bytes) -> list[Document]:
    path = tmp_path / "box"
    path.write_bytes(raw)
    return documents(path)


@pytest.mark.parametrize(
    "body",
    [
        "Hello\n\nFrom now on we meet on Mondays.\n",
        "Hello\nFrom dana@example.org Wed May  1 12:00:00 2024\nSubject: in the text, no empty line above\n\nno more\n",
        "Hello\n\nFrom dana@example.org Wed May  1 12:00:00 2024\nand no header below.\n",
        "Hello\n\nFrom Wed to Fri May be 12:00 or 2024: who knows\n",
        "Hello\n\nFrom dana Wed May  1\nSubject: no time\n",
    ],
)
def test_a_from_line_in_a_body_does_not_cut_the_message(body: str) -> None:
    assert len(split(mbox([message(body), message(number=2)]))) == 2


@pytest.mark.parametrize(
    "envelope",
    [
        ENVELOPE,
        "From dana at example.org  Wed May  1 12:00:00 2024",
        "From - Wed May  1 12:00:00 2024",
        "From dana@example.org Wed May  1 12:00 2024",
        "From dana@example.org Wed May  1 12:00:00 2024 +0200",
        "From dana@example.org Wed May  1 12:00:00 +0200 2024",
        "From dana@example.org Wed May  1 12:00:00 CEST 2024",
        "From dana@example.org Wed, 1 May 2024 12:00:00 +0200",
        'From "dana bell"@example.org Wed May 01 12:00:00 2024',
    ],
)
def test_every_common_envelope_line_starts_a_message(envelope: str) -> None:
    assert len(split(mbox([message(number=n) for n in range(3)], envelope=envelope))) == 3


def test_a_box_without_empty_lines_between_its_messages() -> None:
    raw = mbox([message(number=n) for n in range(3)]).replace(b"\n\nFrom ", b"\nFrom ")
    assert len(split(raw)) == 3


def test_crlf_no_final_newline_and_leading_blank_lines(tmp_path: Path) -> None:
    raw = mbox([message(number=1), message("last words", number=2)]).rstrip().replace(b"\n", b"\r\n")
    assert [d.message_id for d in read(tmp_path, b"\r\n\r\n" + raw)] == ["1@example.org", "2@example.org"]


def test_quoted_from_lines_are_unquoted_once(tmp_path: Path) -> None:
    (found,) = read(tmp_path, mbox([message("a\n>From here\n>>From there\n> From nowhere\n")]))
    assert found.text == "a\nFrom here\n>From there\n> From nowhere"


def test_mail_deleted_in_thunderbird_is_gone(tmp_path: Path) -> None:
    boxes = [
        message(number=1, headers=["X-Mozilla-Status: 0009"]),
        message(number=2, headers=["X-Mozilla-Status: 0001"]),
    ]
    quoting = message("X-Mozilla-Status: 0008\n", number=3)
    assert [d.message_id[0] for d in read(tmp_path, mbox([*boxes, quoting]))] == ["2", "3"]


def test_a_message_keeps_its_name_when_others_go_or_its_flags_change(tmp_path: Path) -> None:
    three = [message(f"text {n}", number=n, headers=["Status: RO"]) for n in range(3)]
    before = read(tmp_path, mbox(three))
    after = read(tmp_path, mbox([three[2].replace("Status: RO", "Status: O\nX-Status: A")]))
    assert len({d.part for d in before}) == 3 and after[0].part == before[2].part


def test_equal_messages_have_names_of_their_own(tmp_path: Path) -> None:
    first, second = read(tmp_path, mbox([message()] * 2))
    assert second.part == first.part + "-2"


def test_offsets_lead_back_to_the_message(tmp_path: Path) -> None:
    raw = mbox([message(f"text {n}\n" * n, number=n) for n in range(1, 9)])
    for found in read(tmp_path, raw):
        assert found.offset is not None and found.length is not None
        piece = raw[found.offset : found.offset + found.length]
        assert piece.startswith(b"From ") and f"<{found.message_id}>".encode() in piece


def test_one_broken_message_does_not_cost_the_box(tmp_path: Path) -> None:
    nasty = message("x", headers=["Content-Type: multipart/mixed; boundary="]) + "\x00\udcff"
    assert len(read(tmp_path, mbox([message(number=1), nasty, message(number=3)]))) == 3


@pytest.mark.parametrize("window", [64, 1000, 4097, 5000])
def test_an_envelope_line_across_two_windows_is_seen(monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    monkeypatch.setattr(mailbox, "_WINDOW", window)
    chance = random.Random(window)
    raw = mbox([message("word " * chance.randrange(400), number=n) for n in range(60)])
    assert len(split(raw)) == 60


def counted(body: bytes, number: int) -> bytes:
    """A message of an mboxcl2, in which nothing is quoted."""
    head = b"Subject: no. %d\nMessage-ID: <%d@cl2>\nContent-Length: %d\n\n" % (number, number, len(body))
    return LINE + head + body + b"\n"


LINE = ENVELOPE.encode() + b"\n"
FORWARDED = b"see below\n\n" + LINE + b"Subject: forwarded\nFrom: dana@example.org\n\nits text\n"


@pytest.mark.parametrize("size", [0, 5_000, 3_000_000])
@pytest.mark.parametrize("end", [b"", b"no newline at the end"])
def test_envelopes_within_a_content_length_cut_messages_in_two(size: int, end: bytes) -> None:
    body = b"filler line\n" * (size // 12) + FORWARDED
    box = b"".join(counted(body, i) for i in range(3)) + counted(body + end, 4)[:-1]
    assert len(split(box)) == 4
    assert len(split(box.replace(b"\nContent-Length", b"\nX-Content-Length"))) == 8


@pytest.mark.parametrize("length", [0, 7, 40, 10**6, 10**14])
def test_a_content_length_that_is_wrong_hides_no_message(length: int) -> None:
    lying = re.sub(rb"(?<=Content-Length: )\d+", b"%d" % length, counted(b"a few words\n", 1))
    assert len(split(lying + counted(FORWARDED, 2) + counted(b"last\n", 3))) == 3


def test_what_a_server_notes_at_the_beginning_of_a_box_was_a_message(tmp_path: Path) -> None:
    note = (
        b"From: Mail System Internal Data <MAILER-DAEMON@host>\n"
        b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 123 1\n\nThis text is part of the format.\n"
    )
    told_of_it = message("Whose is the mail DON'T DELETE THIS MESSAGE?\n", number=1)
    found = read(tmp_path, LINE + note + b"\n" + mbox([told_of_it, message(number=2)]))
    assert len(found) == 2
    assert found[0].text.startswith("Whose")


def test_the_summary_of_a_mailbox_was_a_note(tmp_path: Path) -> None:
    path = tmp_path / "Inbox.msf"
    path.write_text('// <!-- <mdb:mork:z v="1.4"/> -->\n<(80=subject)(81=boiler service)>\n')
    (problem,) = readers.read(str(path))
    assert isinstance(problem, Problem)
    assert problem.reason == "unsupported"


class Endless(io.RawIOBase):
    """A box of ``size`` bytes whose one message is a single line; made as it is read."""

    def __init__(self, size: int) -> None:
        self.head, self.size, self.place = mbox([message()]).rstrip() + b" ", size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.size - self.place)
        piece = self.head[self.place : self.place + size]
        self.place += size
        return piece + b"x" * (size - len(piece))


def test_a_message_of_300_megabytes_is_cut_and_does_not_fill_the_memory() -> None:
    tracemalloc.start()
    ((offset, length, raw),) = readers.split_mbox(Endless(300_000_000), max_bytes=1_000_000)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (offset, length, len(raw)) == (0, 300_000_000, 1_000_000)
    assert peak < 20_000_000


_NEW = re.compile(rb"From .*\d\d:\d\d")
_FIELD = re.compile(rb"(?:Date|Message-ID|From|Subject|Received|To|MIME-Version):", re.IGNORECASE)


def count_by_headers(raw: bytes) -> int:
    """An independent count, line by line: a "From " line with a time, below which at least two of the
    fields Date, Message-ID, From, Subject, Received, To or MIME-Version stand before any empty line. It knows neither of empty lines nor of dates."""
    lines = [line.rstrip() for line in raw.split(b"\n")]
    count = 0
    for i, line in enumerate(lines):
        if _NEW.match(line):
            head = itertools.takewhile(bool, lines[i + 1 : i + 80])
            count += sum(bool(_FIELD.match(each)) for each in head) >= 2
    return count


def boxes(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            format = readers.recognise(str(path))
            if format and format.name == "mbox":
                yield path


@pytest.mark.shared
def test_the_number_of_messages_of_every_box_equals_an_independent_count(shared_data: Path) -> None:
    messages = 0
    for path in boxes(shared_data / "mail"):
        raw = path.read_bytes()
        found = len(list(readers.split_mbox(io.BytesIO(raw))))
        assert found == count_by_headers(raw), path
        messages += found
    assert messages > 3000


_SIZES = """
import json, resource, sys
from gemmasearch import readers
from gemmasearch.documents import Document
from gemmasearch.settings import Settings
with readers.Isolated(Settings(reader_seconds=300)) as isolated:
    ids, problems = [], []
    for item in isolated.read(sys.argv[1]):
        if isinstance(item, Document):
            ids.append(item.message_id.partition("@")[0])
        else:
            problems.append(item.reason)
# Not ru_maxrss of this process: Linux lets it begin with what the process that started it had.
own = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
peak = [own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]
print(json.dumps({"ids": ids, "problems": problems, "peak": peak}))
"""


def read_in_a_process_of_its_own(path: Path) -> dict[str, list[str] | list[int]]:
    """``peak``: megabytes of the parent and of its largest worker."""
    done = subprocess.run(
        [sys.executable, "-c", _SIZES, str(path)],
        capture_output=True,
        check=True,
        cwd=Path(readers.__file__).parents[2],
    )
    found: dict[str, list[str] | list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "envelope",
    [
        "From dana@example.org Wed May  1 12:00:00 2024",
        "From 179@xxx Wed May 01 12:00:00 +0000 2024",
        "From - Wed May 01 12:00:00 2024",
    ],
)
def test_a_message_without_a_date_has_that_of_its_envelope_line(tmp_path: Path, envelope: str) -> None:
    path = tmp_path / "box"
    undated = "".join(line for line in message().splitlines(keepends=True) if not line.startswith("Date:"))
    path.write_bytes(mbox([undated], envelope=envelope))
    assert documents(path)[0].date == 1714564800.0


def body_of(size: int) -> Iterator[bytes]:
    """About ``size`` bytes of lines, some of which look like envelope lines."""
    block = b"The walnut table.\n\nFrom now on it is oiled in May.\n>From there on in June.\n" * 2_000
    for _ in range(size // len(block)):
        yield block
    yield block[: size % len(block)].rpartition(b"\n")[0] + b"\n"


def write_message(stream: BinaryIO, number: int, size: int, *, hole: bool = False) -> None:
    stream.write(f"{ENVELOPE}\n".encode() + message("", number=number).encode())
    if hole:
        stream.seek(size, os.SEEK_CUR)  # nothing on the disk: read as zeros
    else:
        stream.writelines(body_of(size))
    stream.write(b"\nthe end of it\n\n")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_box_with_a_message_of_200_megabytes_is_whole_and_small_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "box"
    with path.open("wb") as stream:
        for number, size in enumerate((1_000, 200_000_000, 1_000)):
            write_message(stream, number, size)
    found = read_in_a_process_of_its_own(path)
    assert found["ids"] == ["0", "1", "2"] and set(found["problems"]) == {"too-large", "limit"}
    assert max(found["peak"]) < 400, found["peak"]


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.timeout(7200)
def test_a_box_of_five_gigabytes_is_counted_exactly_within_little_memory(tmp_path: Path) -> None:
    """``GSEARCH_SOAK`` scales the size (1.0 = 5 GB): small messages, and holes of 20 MB."""
    total = int(5_000_000_000 * float(os.environ.get("GSEARCH_SOAK", "0.02")))
    path, chance, count = tmp_path / "box", random.Random(5), 0
    with path.open("wb") as stream:
        while stream.tell() < total:
            hole = count % 200 == 199
            size = 20_000_000 if hole else chance.choice((2_000, 9_000, 60_000))
            write_message(stream, count, size, hole=hole)
            count += 1
    began = time.monotonic()
    found = read_in_a_process_of_its_own(path)
    seconds = time.monotonic() - began
    print(f"{path.stat().st_size / 1e9:.2f} GB ({path.stat().st_blocks * 512 / 1e9:.2f} on disk), {count} messages,"
          f" {len(found['ids'])} read, MB {found['peak']}, {seconds:.0f} s", flush=True)  # fmt: skip
    assert found["ids"] == [str(n) for n in range(count)] and set(found["problems"]) <= {"too-large", "limit"}
    assert max(found["peak"]) < 400, found["peak"]
