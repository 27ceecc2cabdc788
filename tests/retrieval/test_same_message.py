"""The same message in two places is one hit; another one that bears its Message-ID is not."""

from __future__ import annotations

from pathlib import Path

from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.retrieval import search
from gemmasearch.settings import Settings
from gemmasearch.store import Store

GENUINE = (
    "The walnut table goes to Dana on Friday, together with the two chairs and the brass lamp from the hall."
)
SPOOFED = (
    "Please transfer the deposit for the walnut table to this new account before noon, or the deal is off."
)


def mail(text: str, sender: str = "kim") -> str:
    return (
        f"From: {sender}@example.org\nTo: dana@example.org\nSubject: Walnut table\n"
        f"Date: Wed, 01 May 2024 12:00:00 +0000\nMessage-ID: <table@example.org>\n\n{text}\n"
    )


def test_one_message_in_two_places_and_a_spoofed_one(tmp_path: Path) -> None:
    for name in ("in/cur", "in/new", "in/tmp", "copies"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    first, second = tmp_path / "mail/in/cur/1.host:2,S", tmp_path / "mail/copies/table.eml"
    spoof = tmp_path / "mail/in/cur/2.host:2,"
    for path, text in ((first, mail(GENUINE)), (second, mail(GENUINE)), (spoof, mail(SPOOFED, "mallory"))):
        path.write_text(text)
    with Store.open(tmp_path / "i" / "index.db", create=True) as store:

        def run() -> None:
            sync(store, FakeEmbedder(), read, Settings(), roots=[str(tmp_path / "mail")])

        def found(line: str) -> list[tuple[set[str], str]]:
            return [({hit.path, *hit.also_in}, hit.sender) for hit in search(store, FakeEmbedder(), line)]

        run()
        genuine, *others = found("brass lamp")
        assert genuine == ({str(first), str(second)}, "kim@example.org")
        assert ({str(spoof)}, "mallory@example.org") in found("deposit account")
        assert all(not paths & {str(first), str(second)} for paths, _ in others)
        second.unlink()
        run()
        assert found("brass lamp")[0] == ({str(first)}, "kim@example.org")
        assert ({str(spoof)}, "mallory@example.org") in found("deposit account")
