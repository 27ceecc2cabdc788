from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import enex
from gemmasearch.readers.formats import Source
from gemmasearch.settings import Settings
from tests.readers.contract import ReaderContract, documents, problem, read

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">\n'
    '<en-export export-date="20240601T120000Z" application="Evernote" version="10.90.2">\n'
)
_PICTURE = (
    '<resource><data encoding="base64">\nwalnutAAAA\n</data><mime>image/png</mime><resource-attributes>'
    "<file-name>board.png</file-name></resource-attributes></resource>"
)


def note(body: str, title: str = "Table", more: str = "", created: str = "20240501T120000Z") -> str:
    return (
        f"<note><title>{title}</title><created>{created}</created>{more}<content><![CDATA[<?xml version='1.0'?>"
        f'<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note>{body}</en-note>]]></content></note>'
    )


def export(tmp_path: Path, *notes: str, head: str = _HEAD, end: str = "</en-export>") -> Path:
    path = tmp_path / "a.enex"
    path.write_text(head + "\n".join(notes) + end)
    return path


class TestEvernote(ReaderContract):
    name, file = "enex", "a.enex"

    def sample(self) -> bytes:
        more = (
            "<tag>wood</tag><tag>to do</tag><note-attributes><author>Dana</author></note-attributes>"
            + _PICTURE
        )
        return (_HEAD + note("<div>Oil the walnut table.</div>", more=more) + "</en-export>\n").encode()

    def test_a_note_has_its_title_day_tags_and_the_names_of_what_is_attached(self, path: Path) -> None:
        (found,) = documents(path)
        assert (found.kind, found.title, found.date) == ("note", "Table", 1714564800.0)
        assert (found.tags, found.attachments, found.meta) == (
            ("wood", "to do"), ("board.png",), {"author": "Dana"}
        )  # fmt: skip
        assert found.text == "Oil the walnut table."


def text(tmp_path: Path, body: str) -> str:
    return documents(export(tmp_path, note(body)))[0].text


def test_check_boxes_lists_and_tables_read_as_they_are_shown(tmp_path: Path) -> None:
    old = '<div><en-todo checked="true"/>Cones</div><div><en-todo/>Props</div><div><en-todo checked="false"></en-todo>Oil</div>'
    assert text(tmp_path, old) == "[x] Cones\n[ ] Props\n[ ] Oil"
    new = (
        '<ul style="--en-todo:true;"><li style="--en-checked:true;"><div>Sweep</div></li>'
        '<li style="--en-checked:false;"><div>Order</div></li></ul>'
    )
    assert text(tmp_path, new) == "- [x] Sweep\n- [ ] Order"
    table = "<table><tbody><tr><td><div>Glaze</div></td><td><div>Cone</div></td></tr><tr><td>Celadon</td><td>10</td></tr></tbody></table>"
    assert text(tmp_path, table) == "Glaze | Cone\nCeladon | 10"
    assert (
        text(tmp_path, "<div/><h1>Kiln</h1><div>1240&nbsp;&deg;C<br/>slowly</div>")
        == "Kiln\n\n1240\xa0°C\nslowly"
    )


def test_pictures_and_encrypted_passages_leave_no_letters(tmp_path: Path) -> None:
    body = 'a<en-media hash="b" type="image/png"/>b<en-crypt cipher="AES" hint="h">U2VjcmV0</en-crypt>c'
    (found,) = documents(export(tmp_path, note(body)))
    assert (found.text, found.meta) == ("abc", {"encrypted": "yes"})


def test_tasks_stand_below_the_note_and_their_titles_are_not_its_own(tmp_path: Path) -> None:
    tasks = (
        "<task><title>Book Ruben</title><created>20200101T000000Z</created><taskStatus>open</taskStatus></task>"
        "<task><title>Pay him</title><taskStatus>completed</taskStatus></task>"
    )
    (found,) = documents(export(tmp_path, note("Kiln", more=tasks)))
    assert (found.title, found.date) == ("Table", 1714564800.0)
    assert found.text == "Kiln\n\n[ ] Book Ruben\n[x] Pay him"


def test_notes_keep_their_names_when_others_go_and_without_words_are_found_by_title(tmp_path: Path) -> None:
    three = [note("a"), note("b"), note("", title="Photo", more=_PICTURE), note("", title="")]
    found = documents(export(tmp_path, *three))
    assert [each.text for each in found] == ["a", "b", "Photo\nboard.png"]
    assert found[1].part == f"{found[0].part}-2"
    assert documents(export(tmp_path, three[2]))[0].part == found[2].part


def test_a_control_character_does_not_cost_the_export(tmp_path: Path) -> None:
    assert text(tmp_path, "<div>walnut\x0b\x08 oil</div>") == "walnut oil"


def test_what_stands_before_the_damage_is_kept(tmp_path: Path) -> None:
    path = export(tmp_path, note("a"), "<note><title>b</note>")
    first, rest = read(path)
    assert isinstance(first, Document) and first.text == "a"
    assert isinstance(rest, Problem) and (rest.reason, rest.part) == ("malformed", "rest")
    assert problem(export(tmp_path, "<note><title>b</note>")).reason == "malformed"
    assert problem(export(tmp_path)).reason == "no-text"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "walnut"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    ],
)
def test_entities_are_refused(tmp_path: Path, entities: str) -> None:
    head = f'<?xml version="1.0"?><!DOCTYPE en-export [{entities}]><en-export>'
    assert problem(export(tmp_path, note("x", title="&c;"), head=head)).reason == "limit"


def test_a_note_and_an_export_are_limited_and_attached_files_are_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path, note("word " * 1_000), note("b"))
    first, cut, second = read(path, max_text_bytes=1_000)
    assert isinstance(first, Document) and 800 < len(first.text) < 1_000
    assert isinstance(cut, Problem) and (cut.reason, cut.part) == ("too-large", first.part)
    assert isinstance(second, Document) and second.text == "b"
    monkeypatch.setattr(enex, "NOTES", 1)
    source = Source.of_bytes(path.read_bytes(), str(path))
    one, rest = list(enex.read(source, Settings()))
    assert isinstance(one, Document) and isinstance(rest, Problem) and rest.reason == "limit"
    large = _PICTURE.replace("walnut", "QUFB" * 8_000_000)  # 32 MB
    (found,) = read(export(tmp_path, note("a", more=large)), reader_memory_mb=100)
    assert isinstance(found, Document) and found.text == "a"
