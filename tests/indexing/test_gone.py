"""Deleted means gone: 100 files with a canary word each leave by every way there is, and no byte of theirs stays."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.terminal import COMMAND, Ran, run
from tests.store.filled import inflated

MESSAGE = """From {who}@x.example Mon Jan  5 10:00:00 2026
From: {who}@x.example
Subject: {word} subject
Message-ID: <{word}@x.example>
X-Mozilla-Status: 0000

{word} is the text of this message, and {word} again.

"""


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.env = {"HOME": str(folder / "home"), "GSEARCH_EMBEDDER": "static", "GSEARCH_GENERATOR": "none",
                    "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_DATA_HOME": str(folder / "home" / "data"),
                    "XDG_CACHE_HOME": str(folder / "home" / "cache"), "XDG_STATE_HOME": str(folder / "home" / "state"),
                    "XDG_CONFIG_HOME": str(folder / "home" / "config")}  # fmt: skip
        for name in ("home", "run", "files", "files/excluded", "other root"):
            (folder / name).mkdir(mode=0o700)

    def __call__(self, *arguments: str | Path) -> Ran:
        return run(*arguments, env=self.env)

    def note(self, name: str, word: str) -> Path:
        path = self.folder / name
        path.write_text(
            f"# {word} title\n\nThe {word} grows in the garden.\n\n{word} " + "and more of it. " * 40
        )
        return path

    def canaries(self) -> dict[str, int]:
        """Canary words that still stand in any file that is not one of the person's own."""
        own = {self.files, self.folder / "other root"}
        found: dict[str, int] = {}
        for path in self.folder.rglob("*"):
            if path.is_file() and not own & set(path.parents):
                raw = path.read_bytes()
                raw += inflated(raw)
                for word in self.words:
                    if word.encode() in raw or word.encode("utf-16-le") in raw:
                        found[f"{path.name}: {word}"] = raw.count(word.encode())
        return found

    def plant(self) -> None:
        self.words = [f"canary{kind}{n:02d}x" for kind in self.kinds for n in range(10)]
        for n in range(10):
            self.note(f"files/removed{n}.md", f"canaryremoved{n:02d}x")
            self.note(f"files/edited{n}.md", f"canaryedited{n:02d}x")
            self.note(f"files/excluded/e{n}.md", f"canaryexcluded{n:02d}x")
            self.note(f"files/ignored{n}.txt", f"canaryignored{n:02d}x")
            self.note(f"files/forgotten{n}.md", f"canaryforgotten{n:02d}x")
            self.note(f"other root/r{n}.md", f"canaryroot{n:02d}x")
            (self.files / f"page{n}.html").write_text(
                f"<title>canaryhtml{n:02d}x</title><p>canaryhtml{n:02d}x stands here"
            )
        self.box = self.files / "box.mbox"
        letters = [("mallory", f"canaryquery{n:02d}x") for n in range(10)]
        letters += [("dana", f"canaryexpunged{n:02d}x") for n in range(10)] + [("dana", "keptword")]
        self.box.write_text("".join(MESSAGE.format(who=who, word=word) for who, word in letters))
        for part in ("cur", "new", "tmp"):
            (self.files / "maildir" / part).mkdir(parents=True)
        for n in range(10):
            text = MESSAGE.format(who="dana", word=f"canarymaildir{n:02d}x").split("\n", 1)[1]
            (self.files / "maildir" / "cur" / f"{n}.host:2,S").write_text(text)
        for n in range(120):
            self.note(f"files/stays{n}.md", f"staysword{n}")

    kinds = (
        "removed",
        "edited",
        "excluded",
        "ignored",
        "forgotten",
        "root",
        "html",
        "query",
        "expunged",
        "maildir",
    )

    def leave(self) -> None:
        """Each kind on its own way."""
        for n in range(10):
            (self.files / f"removed{n}.md").unlink()
            (self.files / f"edited{n}.md").write_text("# Something else\n\nNothing of the old text.\n")
            (self.files / f"page{n}.html").unlink()
            (self.files / "maildir" / "cur" / f"{n}.host:2,S").unlink()
        box = self.box.read_text()
        for n in range(10):
            at = box.index(f"Subject: canaryexpunged{n:02d}x")
            status = box.index("X-Mozilla-Status: 0000", at)
            box = box[:status] + "X-Mozilla-Status: 0008" + box[status + 22 :]
        self.box.write_text(box)
        (self.files / ".gitignore").write_text("ignored*.txt\n")
        assert self("roots", self.files, "--exclude", "excluded/").code == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_canaries_leave_no_byte(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.plant()
    assert home("index", home.files, tmp_path / "other root").code == 0
    for word in home.words[::7]:
        assert home("search", "--mode", "words", word).code == 0
        home("ask", f"What is {word}?")
    assert len(home.canaries()) >= 100
    helper = subprocess.Popen([*COMMAND, "serve"], env={**os.environ, **home.env}, stderr=subprocess.PIPE)
    try:
        assert helper.stderr and b"serving" in helper.stderr.readline()
        assert home("search", "staysword7").code == 0
        home.leave()
        forgotten = [home.files / f"forgotten{n}.md" for n in range(10)]
        done = home("forget", "--verify", *forgotten)
        assert done.code == 0 and "verified" in done.text, (done.text, done.said)
        assert home("forget", "--verify", tmp_path / "other root").code == 0
        done = home("forget", "--verify", "from:mallory")
        assert done.code == 0 and "10 documents" in done.text, (done.text, done.said)
        run_again = home("index")
        assert run_again.code == 0, run_again.said
        assert home.canaries() == {}
        # Unless one looks, everything could be gone.
        for word in ("staysword7", "staysword119", "keptword"):
            assert home("search", "--mode", "words", word).code == 0
    finally:
        helper.send_signal(signal.SIGTERM)
        helper.wait(30)
    db = next(tmp_path.joinpath("home").rglob("index.db"))
    before = db.stat().st_size
    assert home("compact").code == 0
    assert db.stat().st_size < before and home.canaries() == {}
    assert home("doctor").code in (0, 6)
    assert home("index").code == 0 and home.canaries() == {}
