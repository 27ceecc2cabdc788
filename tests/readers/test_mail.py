from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.readers import body, mime
from tests.readers.contract import ReaderContract, documents, problem, read
from tests.readers.mail_files import message, multipart


class TestMail(ReaderContract):
    name, file = "mail", "1714.M1P2.host:2,S"

    def sample(self) -> bytes:
        return message().encode()


def mail(tmp_path: Path, text: str | bytes) -> Document:
    path = tmp_path / "m.eml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    found = read(path)[0]
    assert isinstance(found, Document), found
    return found


def part(body: str, kind: str = "text/plain; charset=utf-8", *more: str) -> str:
    return "\n".join([f"Content-Type: {kind}", *more, "", body])


def test_headers_become_fields(tmp_path: Path) -> None:
    extra = ["Cc: =?utf-8?q?J=C3=B6rg?= <j@example.org>", "In-Reply-To: <0@x>", "References: <a@x>\n <0@x>"]
    found = mail(tmp_path, message(headers=extra))
    assert (found.sender, found.recipients) == ("Dana Bell <dana@example.org>", "Kim Ono <kim@example.org>")
    assert (found.copies, found.message_id) == ("Jörg <j@example.org>", "1@example.org")
    assert (found.references, found.date, found.title) == (("a@x", "0@x"), 1714564800.0, "Table")


def test_who_got_a_hidden_copy_was_not_read_from_the_mail_that_was_kept(tmp_path: Path) -> None:
    many = [f"person{n}@example.org" for n in range(40)]
    found = mail(
        tmp_path, message(headers=["Bcc: =?utf-8?q?J=C3=B6rg?= <j@example.org>", f"Bcc: {', '.join(many)}"])
    )
    assert found.meta["bcc"] == ", ".join(["Jörg <j@example.org>", *many])
    assert (found.recipients, found.copies) == ("Kim Ono <kim@example.org>", "")
    assert "bcc" not in mail(tmp_path, message(headers=["Bcc:"])).meta
    attached = part("The offer.", "text/plain", "Content-Disposition: attachment; filename=offer.txt")
    (tmp_path / "m.eml").write_text("Bcc: j@example.org\n" + multipart(part("See there."), attached))
    assert [each.meta["bcc"] for each in documents(tmp_path / "m.eml")] == ["j@example.org"] * 2


@pytest.mark.parametrize(
    "broken",
    [
        ">From dana Mon Mar  2 10:00:00 2026",
        "this is no header line",
        "one\n<two>\n(three)",
        "*** filtered by the gateway ***\nX-Filtered: yes",
    ],
)
def test_a_line_that_is_no_field_cost_the_mail_all_fields_behind_it(tmp_path: Path, broken: str) -> None:
    head = (
        f"From: Dana Bell <dana@example.org>\n{broken}\nSubject: Quotes\n for May\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    )
    found = mail(tmp_path, head + base64.b64encode(b"The kiln was fired.").decode() + "\n")
    assert (found.title, found.text.strip(), found.date) == (
        "Quotes for May",
        "The kiln was fired.",
        1772445600.0,
    )


def test_the_end_of_a_subject_that_was_not_indented_is_of_it(tmp_path: Path) -> None:
    found = mail(tmp_path, "From: d@x\nSubject: A very long\nsubject line\nTo: k@x\n\nHello.\n")
    assert (found.title, found.recipients, found.text.strip()) == (
        "A very long subject line",
        "k@x",
        "Hello.",
    )


@pytest.mark.parametrize(
    "text", ["Hello.\nBye.\n", "Hello.\nSee: this\nNote: that\n", "Hello.\n\nSubject: a form\nTo: fill in\n"]
)
def test_a_text_right_behind_the_header_is_still_the_text(tmp_path: Path, text: str) -> None:
    found = mail(tmp_path, f"From: d@x\nSubject: Short\n{text}")
    assert found.title == "Short" and found.text.strip() == text.strip()


def test_of_a_mail_with_an_encrypted_part_only_the_headers_were_said_to_be_read(tmp_path: Path) -> None:
    armoured = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n"
    for text, said in (
        ("before\n", "what is encrypted in it was left out"),
        ("", "only its headers were read"),
    ):
        (tmp_path / "p.eml").write_text(f"From: d@x\nTo: k@x\nSubject: Short\n\n{text}{armoured}")
        problems = [each for each in read(tmp_path / "p.eml") if isinstance(each, Problem)]
        assert [each.detail for each in problems] == [said]


@pytest.mark.parametrize(
    "date",
    ["2024-05-01T12:00:00Z", "2024-05-01 14:00:00 +0200", "2024-05-01T12:00:00.5+00:00", "2024-05-01 12:00"],
)
def test_the_date_of_a_program_that_writes_iso_was_lost(tmp_path: Path, date: str) -> None:
    text = message().replace("Wed, 01 May 2024 12:00:00 +0000", date)
    assert mail(tmp_path, text).date == pytest.approx(1714564800.0, abs=0.5)


@pytest.mark.parametrize(
    "date",
    [
        "2024-99-01",
        "2024-",
        "0000-01-01",
        "2024-05-01Tx",
        "Fri, 1 Jan 0000 00:00:00 +0000",
        "1 Jan 99999999999 00:00",
        "Mon, 99 Foo",
        "x" * 9999,
        "",
    ],
)
def test_an_impossible_date_costs_the_date_and_not_the_mail(tmp_path: Path, date: str) -> None:
    text = message().replace("Wed, 01 May 2024 12:00:00 +0000", date)
    assert mail(tmp_path, text).date is None
    received = "Received: from a by b; Wed, 01 May 2024 12:00:00 +0000\n"
    assert mail(tmp_path, received + text).date == 1714564800.0


def test_plain_text_wins_over_its_html_twin_unless_it_is_a_stub(tmp_path: Path) -> None:
    rich = part("<p>" + "A long letter about the table. " * 20 + "</p>", "text/html")
    twin = mail(tmp_path, multipart(part("A long letter about the table."), rich, kind="alternative"))
    assert "<p>" not in twin.text and twin.text.count("letter") == 20  # the plain part says far less
    plain = mail(tmp_path, multipart(part("A long letter about the table. " * 15), rich, kind="alternative"))
    assert plain.text.count("letter") == 15


def test_a_stub_yields_to_a_page_with_pictures_and_whatever_the_length_of_its_link(tmp_path: Path) -> None:
    stub = part("Please see the web version:\nhttps://click.example.com/?q=" + "8f2c1d8e3b" * 60)
    rich = part("<p>" + "The invoice is due in May. " * 20 + "</p>", "text/html")
    logo = part("R0lGODlh", "image/gif", "Content-Transfer-Encoding: base64", "Content-ID: <logo>")
    tree = part(f"--IN\n{rich}\n--IN\n{logo}\n--IN--", 'multipart/related; boundary="IN"')
    for page in (rich, tree):
        assert mail(tmp_path, multipart(stub, page, kind="alternative")).text.count("invoice") == 20
    assert mail(tmp_path, multipart(part("Due in May. " * 20), tree, kind="alternative")).attachments == ()


def test_files_that_apple_mail_puts_below_the_html_alternative_are_attached(tmp_path: Path) -> None:
    page = part("<p>Please sign the lease.</p>", "text/html")
    terms = part("The rent is 950 euros.", 'text/plain; name="terms.txt"', "Content-Disposition: attachment")
    photo = part("R0lGODlh", "image/gif; name=roof.gif", "Content-Disposition: attachment")
    tree = part(f"--IN\n{page}\n--IN\n{terms}\n--IN\n{photo}\n--IN--", 'multipart/mixed; boundary="IN"')
    found = mail(tmp_path, multipart(part("Please sign the lease."), tree, kind="alternative"))
    assert (found.text, found.attachments) == ("Please sign the lease.", ("terms.txt", "roof.gif"))
    assert documents(tmp_path / "m.eml")[1].text == "The rent is 950 euros."


@pytest.mark.parametrize("lengths", ["known", "unknown"])
def test_the_text_of_an_opaquely_signed_mail_is_read(tmp_path: Path, lengths: str) -> None:
    inner = part("The walnut contract.").encode()

    def element(tag: int, *pieces: bytes) -> bytes:
        body = b"".join(pieces)
        if lengths == "unknown" and tag & 0x20:
            return bytes((tag, 0x80)) + body + b"\0\0"
        size = len(body).to_bytes(2)
        return bytes((tag, 0x82)) + size + body

    octets = (
        element(0x24, element(4, inner[:9]), element(4, inner[9:]))
        if lengths == "unknown"
        else element(4, inner)
    )
    data = element(0x30, element(6, bytes.fromhex("2a864886f70d010701")), element(0xA0, octets))
    signed = element(0x30, element(2, b"\1"), element(0x31), data, element(0x31, b""))
    raw = element(0x30, element(6, bytes.fromhex("2a864886f70d010702")), element(0xA0, signed))
    code = base64.encodebytes(raw).decode()
    head = [
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
    ]
    found = mail(tmp_path, message(code, headers=head))
    assert (found.text, found.attachments, found.title) == ("The walnut contract.", (), "Table")
    for cut in range(0, len(raw), 7):
        mail(tmp_path, message(base64.encodebytes(raw[:cut]).decode(), headers=head))


def test_enriched_text_is_read_without_its_commands(tmp_path: Path) -> None:
    text = "<bold>The</bold> <color><param>red</param>walnut</color>\ntable << oak\n\nnext"
    assert (
        mail(tmp_path, message(text, headers=["Content-Type: text/enriched"])).text
        == "The walnut table < oak\nnext"
    )


def test_labels_of_gmail_become_tags(tmp_path: Path) -> None:
    label = "X-Gmail-Labels: =?UTF-8?Q?Inbox,Arbeit/M=C3=BCnchen,Opened?="
    assert mail(tmp_path, message(headers=[label])).tags == ("Inbox", "Arbeit/München")


def test_all_text_parts_are_read_and_attachments_named(tmp_path: Path) -> None:
    pdf = part(
        "JVBERi0=",
        "application/pdf; name=lease.pdf",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment",
    )
    found = mail(tmp_path, multipart(part("first"), pdf, part("<b>second</b>", "text/html")))
    assert (found.text, found.attachments) == ("first\n\nsecond", ("lease.pdf",))


def test_a_forwarded_message_is_a_document_and_not_taken_for_a_quotation(tmp_path: Path) -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: a@x.org\nDate: Tue, 1 Aug 1997 00:35:46 +0300\nSubject: old\n\nold words\n"
    found = mail(tmp_path, multipart(part("look at this"), inner))
    assert found.text == "look at this" and found.quoted == ()
    forwarded = documents(tmp_path / "m.eml")[1]
    assert (forwarded.kind, forwarded.title, forwarded.text, forwarded.sender) == (
        "mail",
        "old",
        "old words",
        "a@x.org",
    )


@pytest.mark.parametrize(
    "charset", ["x-evil", "utf-7", "idna", "unicode_escape", "zlib_codec", "", "'", "utf-8; x"]
)
def test_no_charset_name_can_stop_a_mail(tmp_path: Path, charset: str) -> None:
    found = mail(tmp_path, multipart(part("plain words \xe9", f"text/plain; charset={charset}")))
    assert "plain words" in found.text


def test_a_wrong_charset_does_not_turn_utf8_into_question_marks(tmp_path: Path) -> None:
    assert mail(tmp_path, multipart(part("grün", "text/plain; charset=ascii"))).text in ("grün", "grÃ¼n")
    assert mail(tmp_path, multipart(part("grün", "text/plain; charset=x-unknown"))).text == "grün"


def test_base64_with_junk_a_cut_end_or_a_list_footer_is_still_read(tmp_path: Path) -> None:
    code = base64.b64encode(b"walnut oil, two bottles, and a brush").decode()
    transfer = "Content-Transfer-Encoding: base64"
    for sent in (code, code[:-3], code[:20] + "\n!!" + code[20:], code + "\n____\nlist footer\n"):
        assert "walnut oil, two" in mail(tmp_path, multipart(part(sent, "text/plain", transfer))).text


def test_missing_closing_boundary_and_preamble(tmp_path: Path) -> None:
    text = multipart(part("one"), part("two")).replace("--BOUND--\n", "")
    assert mail(tmp_path, text.replace("\n\n--BOUND", "\n\nThis is MIME.\n--BOUND", 1)).text == "one\n\ntwo"


def test_a_boundary_that_begins_like_the_outer_one_is_another(tmp_path: Path) -> None:
    inner = 'Content-Type: multipart/mixed; boundary="BOUND2"\n\n--BOUND2\n' + part("deep") + "\n--BOUND2--\n"
    assert mail(tmp_path, multipart(part("top"), inner, part("end"))).text == "top\n\ndeep\n\nend"


@pytest.mark.parametrize("depth", [50, 2_000, 10_000])
def test_deep_nesting_ends_at_the_limit_and_says_so(tmp_path: Path, depth: int) -> None:
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(depth))
    path = tmp_path / "deep.eml"
    path.write_text("Subject: deep\nFrom: a@b.c\n" + head + "\nbottom\n")
    found = read(path)
    assert isinstance(found[0], Document) and found[0].title == "deep"
    assert ("bottom" in found[0].text) == (depth < mime.DEPTH)
    assert [i.reason for i in found[1:] if isinstance(i, Problem)] == (
        [] if depth < mime.DEPTH else ["limit"]
    )


def test_a_hundred_thousand_parts_end_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "m.eml"
    path.write_text(multipart(*[""] * 100_000))
    assert [getattr(i, "reason", "mail") for i in read(path)] == ["mail", "limit"]


@pytest.mark.slow
def test_a_header_of_many_megabytes_is_read_in_time(tmp_path: Path) -> None:
    path = tmp_path / "m.eml"
    path.write_text(
        "Subject: big\nTo: "
        + ";" * 1_000_000
        + "\n"
        + "X-Long: y\n" * 500_000
        + " folded\n" * 500_000
        + "\nbody\n"
    )
    (found,) = documents(path)
    assert (found.title, found.text) == ("big", "body")


def test_uuencoded_files_are_attachments(tmp_path: Path) -> None:
    found = mail(tmp_path, message("before\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n\nafter\n"))
    assert found.attachments == ("cat.txt",) and "#0V%T" not in found.text and "after" in found.text


def test_encrypted_mail_says_so_and_shows_its_headers(tmp_path: Path) -> None:
    pgp = multipart(
        part("Version: 1", "application/pgp-encrypted"), part("-----BEGIN PGP", "application/octet-stream")
    )
    path = tmp_path / "m.eml"
    path.write_text(pgp.replace("multipart/mixed", "multipart/encrypted"))
    found, problem = read(path)
    assert isinstance(found, Document) and found.meta["encrypted"] == "yes" and found.title == "Table"
    assert isinstance(problem, Problem) and (problem.reason, problem.part) == ("encrypted", "message")


def test_printed_mail_results_and_notes_are_no_mail(tmp_path: Path) -> None:
    texts = {
        "a.txt": "From: Dana Bell <d@x.org>\nTo: kim\nSubject: hi\nDate: December 11, 2014 at 11:42:50 AM PST\n\ntext\n",
        "b.md": "Title: hi\nDate: 2024-05-01\nTags: a\n\ntext\n",
        "c": "HTTP/1.1 200 OK\nServer: x\nDate: Wed, 01 May 2024 12:00:00 GMT\nContent-Type: text/html\n\nhello\n",
        "d.txt": "Server: nginx\nDate: Wed, 01 May 2024 12:00:00 GMT\nContent-Type: text/plain\n\nhello\n",
        "e.txt": "From: the team\nTo: everybody\n\nWe meet at noon.\n",
        "f.py": "subject: str = 'x'\n\ndef f(): pass\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.write_text(text)
        format = readers.recognise(str(path))
        assert format and format.name not in ("mail", "mbox"), name


def test_mail_without_a_suffix_is_mail_even_where_libmagic_sees_a_diff_or_a_script(tmp_path: Path) -> None:
    path = tmp_path / "1382298770.002256:2,"
    path.write_text(message("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-import os\n+import sys\n"))
    format = readers.recognise(str(path))
    assert format and format.name == "mail"


def test_a_maildir_message_needs_less_to_be_known(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    path = tmp_path / "cur" / "1:2,S"
    path.write_text("Subject: short\n\nbody\n")
    assert documents(path)[0].kind == "mail"


@pytest.mark.parametrize(
    ("name", "read"),
    [("1:2,ST", False), ("1:2,FTa", False), ("1;2,T", False), ("1:2,S", True), ("T:2,", True), ("1", True)],
)
def test_a_message_marked_as_deleted_in_a_maildir_is_left_out_with_a_reason(
    tmp_path: Path, name: str, read: bool
) -> None:
    for folder in ("cur", "new", "tmp", "plain"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "cur" / name
    path.write_text(message("The invoice of the joiner."))
    if read:
        assert documents(path)[0].text == "The invoice of the joiner."
    else:
        assert problem(path).detail == "a message that is marked as deleted (flag T)"
    assert documents(path.rename(tmp_path / "plain" / name))


def test_a_message_of_apple_mail_was_a_note(tmp_path: Path) -> None:
    raw = message("The invoice of the joiner.")
    rest = '<?xml version="1.0"?>\n<plist><dict>\n<key>flags</key>\n\t<integer>{}</integer></dict></plist>\n'
    path = tmp_path / "1204.emlx"
    path.write_text(f"{len(raw)}       \n{raw}{rest.format(8590195713)}")
    (found,) = documents(path)
    assert (found.kind, found.title, found.text) == ("mail", "Table", "The invoice of the joiner.")
    path.write_text(f"{len(raw)}\n{raw}{rest.format(3)}")
    assert problem(path).detail == "a message that is marked as deleted"
    path.write_text(f"7\n{raw}")
    assert read(path)


def test_an_endless_text_is_cut_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LONGEST", 1_000)
    root = mime.parse(message("word " * 1_000).encode())
    assert body.is_cut(root) and len(body.content(root).text) <= 1_000
    assert not body.is_cut(mime.parse(message("word").encode()))


def test_a_short_hint_in_the_place_of_the_text_hid_what_a_mail_says(tmp_path: Path) -> None:
    rich = part("<p>The kiln is fired on Friday at dusk, bring the glazed bowls.</p>", "text/html")
    hint = part("Your program cannot show messages in HTML.")
    assert "glazed bowls" in mail(tmp_path, multipart(hint, rich, kind="alternative")).text
    own = part("The kiln is fired on Friday at dusk, bring the glazed bowls")
    styled = part(
        "<p>The kiln is fired on Friday at dusk,<br>bring the <b>glazed</b> bowls. Sent by Dana.</p>",
        "text/html",
    )
    assert "Sent by" not in mail(tmp_path, multipart(own, styled, kind="alternative")).text


def test_the_letters_of_a_signature_within_the_text_were_text(tmp_path: Path) -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe kiln is fired on Friday.\n- -- \nDana\n"
        "-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v2\n\niHUEARYKAB0WIQTn\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    quoted = "".join(f"> {line}\n" for line in signed.split("\n"))
    text = mail(tmp_path, message("Yes.\n\n" + quoted + "\n" + signed)).text
    assert text.count("The kiln is fired on Friday.") == 2 and "\n-- \nDana" in text
    assert not any(scrap in text for scrap in ("PGP", "SHA256", "GnuPG", "iHUE"))
    assert "PGP SIGNATURE" in mail(tmp_path, message("What is a -----BEGIN PGP SIGNATURE----- for?\n")).text


def test_messages_that_were_removed_from_an_mh_folder_were_found(tmp_path: Path) -> None:
    (tmp_path / ",12").write_text(message())
    (tmp_path / "13").write_text(message())
    assert problem(tmp_path / ",12").reason == "unsupported" and documents(tmp_path / "13")


def test_a_mail_whose_lines_end_as_on_old_macs_was_one_line(tmp_path: Path) -> None:
    found = mail(tmp_path, message().replace("\n", "\r"))
    assert (found.title, found.sender) == ("Table", "Dana Bell <dana@example.org>")
    assert found.text == "The walnut table."
