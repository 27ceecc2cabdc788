"""Mail against the tools that are known for it: they embed nothing."""

from __future__ import annotations

import mailbox
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import Row, Unavailable, in_turns, row, seconds
from tests.bench.command import ROOT, gsearch

MESSAGES = 10_000
UNCHANGED = 5_000
ROUNDS = 20  # of some milliseconds each


@row
def index_mbox() -> Sequence[Row]:
    """A first index of a mailbox, static embedder, against ``notmuch new`` (the same messages in a maildir) and
    ``recollindex`` (the same mailbox)."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        box = _mailbox(home / "box", MESSAGES)
        notmuch = _notmuch(home, box)
        ours = seconds(lambda: _run(_ours(home, str(box.parent))))
        note = f"{MESSAGES:,} messages, {box.stat().st_size >> 20} MB"
        rows = [
            Row(
                "index a mailbox, static", "notmuch new", seconds(lambda: _run(notmuch)), ours, "s", 3.0, note
            )
        ]
        if shutil.which("recollindex"):
            recoll = _recoll(home, box.parent)
            rows.append(
                Row("index a mailbox, static", "recollindex", seconds(lambda: _run(recoll)), ours, "s", 3.0)
            )
        return rows


@row
def index_maildir() -> Sequence[Row]:
    """A first index of messages with a file each, static embedder, against ``notmuch new`` over the same files."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        notmuch = _notmuch(home, _mailbox(home / "box", UNCHANGED))
        base = seconds(lambda: _run(notmuch))
        ours = seconds(lambda: _run(_ours(home, str(home / "maildir"))))
        note = f"{UNCHANGED:,} messages"
        return [Row("index a maildir, static", "notmuch new", base, ours, "s", None, note)]


@row
def unchanged_mail() -> Sequence[Row]:
    """A run that finds nothing new among maildir messages, against ``notmuch new``."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        notmuch = _notmuch(home, _mailbox(home / "box", UNCHANGED))
        ours = _ours(home, str(home / "maildir"))
        for command in (notmuch, ours, notmuch, ours):
            _run(command)
            time.sleep(1.1)
        base, own = in_turns(lambda: _run(notmuch), lambda: _run(ours), ROUNDS)
        return [
            Row("index, no new mail", "notmuch new", base, own, "s", 3.0, f"{UNCHANGED:,} maildir messages")
        ]


def _mailbox(folder: Path, wanted: int) -> Path:
    """Real messages, repeated under other names and with a line of their own until there are enough."""
    shared = os.environ.get("GSEARCH_TEST_DATA")
    if not shared:
        raise Unavailable("GSEARCH_TEST_DATA names no folder of mail")
    folder.mkdir()
    real = list(_messages(Path(shared) / "mail" / "lists"))
    with open(folder / "lists.mbox", "wb") as box:
        for number in range(wanted):
            head, _, body = real[number % len(real)].partition(b"\n\n")
            kept = [line for line in head.split(b"\n") if not line.lower().startswith(b"message-id:")]
            own = b"Message-ID: <%d@bench.invalid>" % number
            text = b"\n".join([own, *kept]) + b"\n\n" + b"Copy number %d.\n" % (number // len(real)) + body
            quoted = text.replace(b"\nFrom ", b"\n>From ")
            box.write(b"From bench@bench.invalid Thu Jan  1 00:00:00 2026\n" + quoted.rstrip(b"\n") + b"\n\n")
    return folder / "lists.mbox"


def _messages(folder: Path) -> Iterator[bytes]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with open(path, "rb") as stream:
            if stream.read(5) != b"From ":
                continue
        box = mailbox.mbox(path, create=False)
        yield from (box.get_bytes(key).replace(b"\r\n", b"\n") for key in box.iterkeys())


def _notmuch(home: Path, box: Path) -> list[str]:
    """The command, over a maildir of the same messages."""
    if not shutil.which("notmuch"):
        raise Unavailable("notmuch is not installed")
    for name in ("cur", "new", "tmp"):
        (home / "maildir" / name).mkdir(parents=True)
    for number, text in enumerate(box.read_bytes().split(b"From bench@bench.invalid")[1:]):
        (home / "maildir" / "cur" / f"{number}.bench:2,S").write_bytes(text.partition(b"\n")[2])
    config = home / "notmuch-config"
    config.write_text(
        f"[database]\npath={home / 'maildir'}\n[new]\ntags=unread\n[user]\nprimary_email=a@b.invalid\n"
    )
    return ["notmuch", f"--config={config}", "new"]


def _recoll(home: Path, tree: Path) -> list[str]:
    folder = home / "recoll"
    folder.mkdir()
    (folder / "recoll.conf").write_text(f"topdirs = {tree}\nloglevel = 1\nidxflushmb = 100\n")
    return ["recollindex", "-c", str(folder)]


def _ours(home: Path, root: str) -> list[str]:
    return gsearch("index", "--quiet", "--foreground", "--db", str(home / "private" / "index.db"), root)


def _run(command: list[str]) -> None:
    ours = {"PYTHONPATH": str(ROOT), "GSEARCH_EMBEDDER": "static", "GSEARCH_GENERATOR": "none"}
    environment = {**os.environ, **ours}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment)
