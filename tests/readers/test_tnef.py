from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem
from tests.readers.contract import ReaderContract, documents, read
from tests.readers.mail_files import attached, message, multipart, plain, tnef
from tests.readers.pdf_files import pdf


class TestTnef(ReaderContract):
    name, file = "tnef", "winmail.dat"

    def sample(self) -> bytes:
        return tnef(("Forwarded.eml", message().encode()), ("note.txt", b"second"))


def test_what_outlook_wrapped_is_attached_to_the_mail(tmp_path: Path) -> None:
    raw = tnef(
        ("Mietvertrag für Kim.pdf", pdf(["one", "The rent is 870 euros"])), ("note.txt", b"plain words")
    )
    path = tmp_path / "m.eml"
    path.write_text(
        multipart(plain("see there"), attached(raw, "winmail.dat", "application/ms-tnef"), subject="Lease")
    )
    mail, lease, note = documents(path)
    assert mail.attachments == ("winmail.dat",)
    assert [lease.part, note.part] == ["winmail.dat/Mietvertrag für Kim.pdf", "winmail.dat/note.txt"]
    assert (lease.meta["subject"], lease.sections[1].page, note.text) == ("Lease", 2, "plain words")


def test_short_names_are_used_where_there_are_no_others_and_twins_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "winmail.dat"
    path.write_bytes(tnef(("same.txt", b"first"), ("same.txt", b"second"), nameless=True))
    assert [(d.part, d.text) for d in documents(path)] == [
        ("SAME.T~1.X", "first"),
        ("SAME.T~1.X-2", "second"),
    ]


@pytest.mark.parametrize("tail", [b"\x02", bytes(20), b"\x02\x0f\x80\x06\x00\xff\xff\xff\xffabc"])
def test_lengths_that_lie_cost_only_the_rest(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "winmail.dat"
    path.write_bytes(tnef(("a.txt", b"first")) + tail)
    found = read(path)
    assert isinstance(found[0], Document) and found[0].text == "first"
    assert [i.reason for i in found if isinstance(i, Problem)] in ([], ["malformed"])


def test_winmail_inside_winmail_ends_at_the_limit(tmp_path: Path) -> None:
    raw = b"the innermost"
    for _ in range(12):
        raw = tnef(("winmail.dat", raw))
    path = tmp_path / "winmail.dat"
    path.write_bytes(raw)
    assert [getattr(i, "reason", "") for i in read(path)] == ["limit"]
