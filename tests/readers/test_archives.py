from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from gemmasearch.cli.views import place
from gemmasearch.documents import Document, Problem
from gemmasearch.index import Index
from gemmasearch.readers import archives, attachments
from gemmasearch.settings import Settings
from tests.readers.contract import ReaderContract, documents, problem, read
from tests.readers.mail_files import attached, mbox, message, multipart
from tests.readers.office_files import docx, paragraph
from tests.readers.pdf_files import pdf

ON = {"archives": "on"}


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


FILES = {
    "notes/a.md": b"# Table\nThe walnut table\n",
    "lease.pdf": pdf(["first", "second", "the deposit"]),
    "b.docx": docx(paragraph("oiled")),
    "empty": b"",
    "photo.bin": bytes(range(256)) * 20,
}


class TestArchive(ReaderContract):
    name, file = "archive", "a.zip"
    settings = ON

    def sample(self) -> bytes:
        return zipped(FILES)

    def test_its_text_is_read(self, path: Path) -> None:
        found = {d.part: d for d in documents(path, **ON)}
        assert set(found) == {"notes/a.md", "lease.pdf", "b.docx"}
        assert "walnut" in found["notes/a.md"].text and found["notes/a.md"].kind == "note"
        assert [s.page for s in found["lease.pdf"].sections] == [1, 2, 3]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_with_every_compression_is_read_by_content(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "backup"
    path.write_bytes(tarred(FILES, mode))
    assert {d.part for d in documents(path, **ON)} == {"notes/a.md", "lease.pdf", "b.docx"}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_mailbox_holds_its_messages(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "Inbox.mbox.gz"
    path.write_bytes(pack(mbox([message(f"text {n}", number=n) for n in range(3)])))  # type: ignore[operator]
    found = documents(path, **ON)
    assert [d.message_id for d in found] == [f"{n}@example.org" for n in range(3)]
    assert all(d.part.startswith("Inbox.mbox/") and d.offset is None for d in found)


def test_an_archive_waits_until_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.zip"
    path.write_bytes(zipped(FILES))
    assert problem(path) == Problem(str(path), "unsupported", "an archive; it is not opened", "", "archives")
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static")) as index:
        assert index.index([tmp_path / "in"]).skipped == {"unsupported": 1}
        assert index.status().waiting == {"archives": 1}
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static", archives="on")) as index:
        assert (index.index().documents, index.status().waiting) == (3, {})
        (hit, *_) = index.search("deposit", mode="words")
        assert (hit.part, hit.page, place(hit)) == ("lease.pdf", 3, "page 3 of lease.pdf")
        assert ("Part", "lease.pdf") in index.show(hit.id)[0].headers


def test_archives_and_mails_nest(tmp_path: Path) -> None:
    mail = multipart(
        "\nsee\n", attached(zipped({"in.tgz": tarred({"a.md": b"the walnut"}, "w:gz")}), "x.zip")
    ).encode()
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"mails/m.eml": mail}))
    found = documents(path, **ON)
    assert [d.part for d in found] == ["mails/m.eml", "mails/m.eml/x.zip/in.tgz/a.md"]
    assert found[1].meta["subject"] == "Table" and found[1].text == "the walnut"


def test_a_locked_member_and_a_damaged_archive_are_named(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.md": b"secret"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    assert problem(path, **ON).reason == "encrypted"
    path.write_bytes(gzip.compress(b"The walnut table\n" * 1000)[:-30])
    assert problem(path, **ON).reason == "malformed"


@pytest.mark.slow
def test_bombs_end_at_the_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    for raw in (
        zipped({"a.txt": b"x" * 40_000_000}),
        gzip.compress(b"x" * 40_000_000, 1),
        tarred({"a.txt": b"x" * 40_000_000}, "w:gz"),
        zipped({f"{n}.zip": zipped({"a.txt": b"x" * 6_000_000}) for n in range(20)}),
    ):
        path.write_bytes(raw)
        last = read(path, **ON)[-1]
        assert isinstance(last, Problem) and last.reason == "limit", (len(raw), last)


def test_what_was_read_before_a_limit_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.md": b"the walnut", "b.txt": b"x" * 40_000_000}))
    document, rest = read(path, **ON)
    assert isinstance(document, Document) and isinstance(rest, Problem)
    assert (document.part, rest.part, rest.reason) == ("a.md", "rest", "limit")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_video_among_notes_kept_those_behind_it_unread(tmp_path: Path, kind: str) -> None:
    large = archives.MEMBER_BYTES + 1
    path = tmp_path / f"a.{kind}"
    if kind == "zip":
        path.write_bytes(zipped({"a.md": b"the walnut", "b.mp4": bytes(large), "c.md": b"the oil"}))
    else:
        first, video = tarred({"a.md": b"the walnut"})[:1024], tarfile.TarInfo("b.mp4")
        video.size = large
        with path.open("wb") as stream:
            stream.write(first + video.tobuf())
            stream.seek(-(-large // 512) * 512, io.SEEK_CUR)  # a hole
            stream.write(tarred({"c.md": b"the oil"}))
    a, skipped, c = read(path, **ON)
    assert isinstance(a, Document) and isinstance(skipped, Problem) and isinstance(c, Document)
    assert (skipped.part, skipped.reason) == ("b.mp4", "limit") and c.part == "c.md"


def test_a_locked_or_damaged_member_kept_those_behind_it_unread(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.md": b"locked", "b.md": b"The walnut table " * 9, "c.md": b"the oil"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    packed = raw.index(b"b.md") + 4
    raw[packed : packed + 3] = b"\xff\xff\xff"
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    damaged, c, rest = read(path, **ON)
    assert isinstance(damaged, Problem) and (damaged.part, damaged.reason) == ("b.md", "malformed")
    assert isinstance(c, Document) and c.text == "the oil"
    assert isinstance(rest, Problem) and rest.reason == "encrypted"


def test_an_archive_of_archives_ends_at_the_depth(tmp_path: Path) -> None:
    raw = b"the walnut"
    for _ in range(attachments.DEPTH + 3):
        raw = zipped({"a.zip": raw})
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    assert problem(path, **ON).reason == "limit"


@pytest.mark.slow
def test_too_many_members_are_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tarred({f"{n}": b"" for n in range(archives.MEMBERS + 1)}))
    assert problem(path, **ON).reason == "limit"


def test_names_within_an_archive_are_only_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        zipped({"../../etc/passwd.md": b"one walnut", "/etc/passwd.md": b"two", "__MACOSX/._a.md": b"x"})
    )
    assert [d.part for d in documents(path, **ON)] == ["etc/passwd.md", "etc/passwd.md-2"]


def test_keys_within_an_archive_stay_out_of_the_index(tmp_path: Path) -> None:
    home = tmp_path / "in"
    home.mkdir()
    key = "-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n-----END PRIVATE KEY-----\n"
    members = {"home/.ssh/config": "Host canary", "id_rsa": "canary", "notes.txt": key, "a.md": "the walnut"}
    (home / "a.zip").write_bytes(zipped({name: text.encode() for name, text in members.items()}))
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static", archives="on")) as index:
        index.index([home])
        assert {(p.part, p.reason) for p in index.problems()} == {
            (name, "secret") for name in members if name != "a.md"
        }
        assert index.status().documents == 1


HIDDEN = {
    ".git/config": b"[core] canary",
    "web/node_modules/x/readme.md": b"canary",
    "src/__pycache__/notes.txt": b"canary",
    "notes/.draft.md": b"canary",
    "notes/.obsidian/plugins/readme.md": b"canary",
    "notes/#draft.md#": b"canary",
    "~$letter.txt": b"canary",
    "./.venv\\readme.txt": b"canary",
    "logseq/bak/pages/a.md": b"canary",
}
SEEN = {
    "notes/a.md": b"the walnut",
    "./notes/#1 ideas.md": b"the oak",
    "Maildir/.Sent/cur/1.eml": message("the elm").encode(),
}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_hidden_members_and_folders_of_programs_were_read_in_archives(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "a"
    path.write_bytes(pack(HIDDEN | SEEN))  # type: ignore[operator]
    found = read(path, **ON)
    assert not [each for each in found if isinstance(each, Problem)]
    assert {d.part for d in documents(path, **ON)} == {
        "notes/a.md",
        "notes/#1 ideas.md",
        "Maildir/.Sent/cur/1.eml",
    }
    path.write_bytes(pack(HIDDEN))  # type: ignore[operator]
    assert problem(path, **ON).reason == "no-text"


def test_a_locked_member_that_is_left_out_did_cost_the_others(tmp_path: Path) -> None:
    raw = bytearray(zipped({".git/config": b"x", "a.md": b"the walnut"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    assert [d.text for d in documents(path, **ON)] == ["the walnut"]


def test_what_is_packed_alone_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / ".notes.md.gz"
    path.write_bytes(gzip.compress(b"the walnut"))
    assert [d.part for d in documents(path, **ON)] == [".notes.md"]
