"""Filters by names of files and kinds, as people spell them."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import search


@pytest.fixture
def listed(add, store):
    """listed(line): the titles of what passes the filters of a line, sorted."""
    add("/h/Notes/Garten/Beete [alt].md", "beds", title="beds", tags=("garden",))
    add("/h/Notes/garten.md.bak", "old", title="old")
    add("/h/Papers/Lease.PDF", "lease", kind="pdf", title="lease")
    add("/h/Papers/costs.xlsx", "costs", kind="sheet", title="costs")
    add("/h/Papers/letter.docx", "letter", kind="document", title="letter")
    mail = {"sender": "tom@example.org", "recipients": "dana@example.org"}
    add("/h/lease.mbox/1", "see there", kind="mail", title="mail", attachments=("Offer.pdf",), **mail)
    more = {"part": "8f/Offer.pdf", "meta": {"attached_to": "8f"}}
    add("/h/lease.mbox/2", "offer", kind="pdf", title="offer", **more, **mail)
    return lambda line: sorted(hit.title for hit in search(store, None, line))


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("path:*.md", ["beds"]),
        ("path:notes/*.md", ["beds"]),
        ("path:notes/gar*", ["beds", "old"]),
        ("path:/h/notes/*", ["beds", "old"]),
        ("path:*/garten", ["beds"]),
        ("path:/notes/*.md", []),
        ('path:"*[alt]*"', ["beds"]),
        ("-path:*.md path:notes", ["old"]),
        ("filename:lease", ["lease"]),
        ("filename:*.pdf", ["lease", "mail", "offer"]),
        ("filename:offer", ["mail", "offer"]),
        ("filename:notes", []),
    ],
)
def test_files_by_name(listed, line: str, titles: list[str]) -> None:
    assert listed(line) == titles


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("type:excel", ["costs"]),
        ("type:Spreadsheet", ["costs"]),
        ("filetype:pdf", ["lease", "offer"]),
        ("type:word", ["letter"]),
        ("type:doc", ["letter"]),
        ("sender:tom type:email", ["mail"]),
        ("recipient:dana type:email", ["mail"]),
        ("tags:garden", ["beds"]),
        ("folder:Papers type:pdf", ["lease"]),
        ("older:2001", []),
        ("newer:2001 type:excel", ["costs"]),
    ],
)
def test_filters_and_kinds_by_other_names(listed, line: str, titles: list[str]) -> None:
    assert listed(line) == titles


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("to:lucia", ["plan"]),
        ("to:pat@y.example", ["plan"]),
        ("to:kim", ["plan", "tagging"]),
        ("bcc:brandt", ["plan"]),
        ("bcc:kim", []),
        ("-to:lucia", ["tagging"]),
        ("list:notmuch", ["tagging"]),
        ("list:notmuch.notmuchmail.org", ["tagging"]),
        ("list:kernel", []),
        ("-list:notmuch", ["plan"]),
    ],
)
def test_hidden_copies_and_mailing_lists_could_not_be_asked_for(
    add, store, line: str, titles: list[str]
) -> None:
    mail = {"kind": "mail", "sender": "nora@x.example", "recipients": "Kim Ono <kim@x.example>"}
    add("/m/1", "party", title="plan", meta={"bcc": "Lucía Brandt <l@x.example>, pat@y.example"}, **mail)
    add(
        "/m/2", "tags", title="tagging", meta={"list": '"The mail system." <notmuch.notmuchmail.org>'}, **mail
    )
    assert sorted(hit.title for hit in search(store, None, line)) == titles


def test_a_suffix_left_out_attachments(listed) -> None:
    assert listed("ext:pdf") == ["lease", "offer"]
    assert listed("ext:.PDF from:tom") == ["offer"]
    assert listed("-ext:pdf type:pdf") == []
    assert listed("ext:1") == listed("ext:*") == []


def test_a_file_without_a_title_is_found_by_its_name(add, store) -> None:
    words = "One of the files that a container is made of, with its base, its port and its command. "
    add("/h/web/Dockerfile", f"{words}FROM debian\nEXPOSE 9000", kind="code")
    add("/h/notes/varnish.md", f"{words}The Dockerfile is short, a Dockerfile of two lines.", title="Varnish")
    add("/h/notes/fly.md", f"{words}Write a Dockerfile.", title="Fly")
    add("/h/mail.eml", "no subject at all", kind="mail", part="Dockerfile")
    assert search(store, None, "Dockerfile", mode="words")[0].path == "/h/web/Dockerfile"
    assert [hit.path for hit in search(store, None, "title:dockerfile")] == ["/h/web/Dockerfile"]
    assert [hit.title for hit in search(store, None, "title:fly -title:dockerfile")] == ["Fly"]


@pytest.mark.parametrize("line", [":", "*", "...", "->", "- -", "$ %", '(") *'])
def test_punctuation_alone_finds_nothing_and_beside_filters_nothing_more(add, store, embedded, line) -> None:
    add("/h/one.md", "a : b * c -> d ... $ %", title="one", tags=("x",))
    add("/h/two.md", "the second", title="two")
    embedder = embedded()
    assert search(store, embedder, line) == []
    assert [hit.title for hit in search(store, embedder, f"tag:x {line}")] == ["one"]


@pytest.fixture
def packed(add, store):
    """packed(line): the titles of what passes the filters of a line, of files within others."""
    member = {"part": "tour/bericht.md", "meta": {"member": "tour/bericht.md"}}
    add("/h/backup.zip", "one", title="packed", **member)
    deep = "inner.tgz/tour/Notes.MD"
    add("/h/outer.zip", "two", title="nested", part=deep, meta={"member": deep})
    invoice = {"part": "factur-x.xml", "meta": {"member": "factur-x.xml"}}
    add("/h/bill.pdf", "three", kind="data", title="invoice", **invoice)
    add("/h/mails.zip/box.mbox", "four", kind="mail", title="mail", attachments=("paper.zip",))
    sent = {"member": "lease.md", "attached_to": "8f"}
    add("/h/box.mbox", "five", title="sent", part="8f/paper.zip/lease.md", meta=sent)
    event = {"part": "plan.ics/0a1b", "meta": {"member": "plan.ics", "entry_of": "plan.ics"}}
    add("/h/plans.zip", "six", kind="event", title="event", **event)
    return lambda line: sorted(hit.title for hit in search(store, None, line))


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("filename:bericht", ["packed"]),
        ("filename:tour", []),
        ("filename:backup.zip", ["packed"]),
        ("filename:inner.tgz", ["nested"]),
        ("filename:outer*", ["nested"]),
        ("filename:outer*zip", ["nested"]),
        ("filename:*.md", ["nested", "packed", "sent"]),
        ("filename:bill", ["invoice"]),
        ("filename:paper", ["mail", "sent"]),
        ("filename:box type:note", []),
        ("filename:plan.ics", ["event"]),
        ("-filename:backup -filename:md", ["event", "invoice", "mail"]),
        ("ext:md", ["nested", "packed", "sent"]),
        ("ext:xml", ["invoice"]),
        ("ext:pdf", ["invoice"]),
        ("ext:ics", ["event"]),
        ("ext:zip -ext:ics -ext:md", []),
    ],
)
def test_files_within_archives_and_pdfs_went_by_the_name_of_the_archive_alone(
    packed, line: str, titles: list[str]
) -> None:
    assert packed(line) == titles


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("path:tour", ["nested", "packed"]),
        ("path:backup.zip/tour/bericht.md", ["packed"]),
        ("path:tour/*.md", ["nested", "packed"]),
        ("path:*.ics", ["event"]),
        ("path:h/*.zip", ["event", "mail", "nested", "packed"]),
        ("path:8f", []),
        ("-path:tour", ["event", "invoice", "mail", "sent"]),
    ],
)
def test_the_path_of_a_file_ended_at_the_archive_it_is_in(packed, line: str, titles: list[str]) -> None:
    assert packed(line) == titles


def test_a_folder_named_through_a_link_found_nothing(add, store, tmp_path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    add(f"{real}/beds.md", "beds", title="beds")
    add(f"{tmp_path}/other.md", "other", title="other")
    add(f"{tmp_path}/link/kept.md", "kept", title="kept")  # as a folder that was registered by its link

    def found(line: str) -> list[str]:
        return sorted(hit.title for hit in search(store, None, line))

    assert found(f"in:{tmp_path}/link") == ["beds", "kept"]
    assert found(f"-in:{tmp_path}/link") == ["other"]
    assert found(f"in:{tmp_path}/link/beds.md") == ["beds"]
    assert found(f"in:{real}") == ["beds"]
