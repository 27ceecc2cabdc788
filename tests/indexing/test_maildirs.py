"""Messages of a maildir are not looked at one by one while their folder is as it was, and nothing is missed for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem, SyncReport
from gemmasearch.indexing import care, current, maildirs
from gemmasearch.indexing.forgetting import forget
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store

MESSAGES = 12


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A maildir of so many messages; whatever was done before a run is old enough to be trusted."""
    monkeypatch.setattr(current, "RACY_NS", 0)
    folder = tmp_path / "tree" / "mail"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number in range(MESSAGES):
        deliver(folder, "cur", f"{number}.host:2,", f"parcel{number}")
    return folder


def deliver(folder: Path, into: str, name: str, word: str) -> Path:
    path = folder / into / name
    path.write_text(f"From: a@b.c\nSubject: s\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nabout {word}\n")
    return path


def run(store: Store, roots: Sequence[Path] = (), **options: object) -> SyncReport:
    reader = options.pop("read", read)
    paths = [str(root) for root in roots] or None
    return sync(store, FakeEmbedder(), reader, Settings(), roots=paths, **options)  # type: ignore[arg-type]


def settled(store: Store, box: Path) -> None:
    """Two runs: the second one finds every message as it was, and remembers it."""
    assert run(store, [box.parent]).new == MESSAGES
    assert run(store).unchanged == MESSAGES
    assert set(remembered(store, box)) == {str(box / "cur"), str(box / "new")}


def remembered(store: Store, box: Path) -> dict[str, object]:
    return maildirs.records(store).get(str(box.parent), {}).get("folders", {})


def edit(box: Path) -> None:
    """What the Maildir specification does not know."""
    with open(box / "cur" / "3.host:2,", "a") as message:
        message.write("and zeppelins\n")


def finds(store: Store, word: str) -> bool:
    return bool(store.match(word, 5))


@pytest.mark.slow
def test_a_message_edited_in_its_place_is_found_within_a_day(
    store: Store, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(store, box)
    edit(box)
    report = run(store)
    assert (report.unchanged, report.changed) == (MESSAGES, 0) and not finds(store, "zeppelins")
    monkeypatch.setattr(maildirs, "FULL_LOOK", 0)  # a day later
    report = run(store)
    assert (report.unchanged, report.changed) == (MESSAGES - 1, 1) and finds(store, "zeppelins")


@pytest.mark.slow
def test_a_look_at_the_folder_alone_does_not_put_off_the_full_one(store: Store, box: Path) -> None:
    settled(store, box)
    before = remembered(store, box)
    run(store)
    assert remembered(store, box) == before


@pytest.mark.slow
def test_a_clock_that_was_set_back_puts_nothing_off(
    store: Store, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(store, box)
    edit(box)
    hour_before = maildirs.time.time() - 3600
    monkeypatch.setattr(maildirs.time, "time", lambda: hour_before)
    assert run(store).changed == 1


@pytest.mark.slow
def test_a_folder_that_changed_shortly_before_the_look_is_not_trusted(
    store: Store, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "RACY_NS", 60_000_000_000)
    run(store, [box.parent])
    run(store)
    run(store)
    assert remembered(store, box) == {}


def test_new_mail_removed_mail_and_flags_are_found_at_once(store: Store, box: Path) -> None:
    settled(store, box)
    deliver(box, "new", "n.host", "quince")
    assert run(store).new == 1 and finds(store, "quince")
    (box / "cur" / "0.host:2,").unlink()
    assert run(store).gone == 1 and not finds(store, "parcel0")
    (box / "cur" / "1.host:2,").rename(box / "cur" / "1.host:2,S")
    report = run(store)
    assert (report.moved, report.unchanged, report.gone) == (1, MESSAGES - 1, 0)
    (box / "new" / "n.host").rename(box / "cur" / "n.host:2,S")
    assert run(store).moved == 1
    for _ in range(2):
        report = run(store)
        assert (report.unchanged, report.new, report.gone) == (MESSAGES, 0, 0)
    assert store.roots()[0].seen == MESSAGES and store.summary().indexed == MESSAGES


@pytest.mark.slow
def test_a_folder_put_in_the_place_of_another_one_is_looked_at(store: Store, box: Path) -> None:
    settled(store, box)
    edit(box)
    os.rename(box / "cur", box.parent / "aside")
    (box / "cur").mkdir()
    for path in (box.parent / "aside").iterdir():
        path.rename(box / "cur" / path.name)
    assert run(store).changed == 1


@pytest.mark.slow
def test_a_run_that_ends_between_look_and_writing_remembers_nothing_of_it(store: Store, box: Path) -> None:
    settled(store, box)
    before = remembered(store, box)
    deliver(box, "cur", "n.host:2,", "quince")

    def killed(path: str) -> Iterator[Document | Problem]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, read=killed)
    assert remembered(store, box) == before
    assert run(store).new == 1 and finds(store, "quince")


@pytest.mark.slow
def test_other_rules_of_the_root_are_obeyed_at_once(store: Store, box: Path) -> None:
    settled(store, box)
    care.edit_root(store, str(box.parent), {"exclude": ["5.host*"]})
    report = run(store)
    assert (report.gone, report.unchanged) == (1, MESSAGES - 1)
    care.edit_root(store, str(box.parent), {"exclude": None})
    assert run(store).new == 1
    settled_again = run(store)
    assert settled_again.unchanged == MESSAGES
    (box.parent / ".gsearchignore").write_text("6.host*\n")
    assert run(store).gone == 1


@pytest.mark.slow
def test_a_problem_file_is_tried_again(store: Store, box: Path) -> None:
    settled(store, box)

    def hangs(path: str) -> Iterator[Document | Problem]:
        yield Problem(path, "timeout")

    deliver(box, "cur", "n.host:2,", "quince")
    assert run(store, read=hangs).skipped == {"timeout": 1}
    assert run(store, read=hangs).skipped == {"timeout": 1}
    assert str(box / "cur") not in remembered(store, box)
    assert run(store).skipped == {} and finds(store, "quince")


@pytest.mark.slow
def test_files_that_are_left_alone_after_some_tries_are_counted_as_before(store: Store, box: Path) -> None:
    (box / "cur" / "empty.host:2,").write_text("")
    run(store, [box.parent])
    for _ in range(3):
        report = run(store)
        assert (report.unchanged, report.skipped) == (MESSAGES, {"empty": 1})
    assert str(box / "cur") in remembered(store, box)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["retry", "forget"])
def test_retry_and_forget_lead_to_a_look_at_every_message(store: Store, box: Path, what: str) -> None:
    settled(store, box)
    edit(box)
    if what == "retry":
        care.retry(store)
    else:
        forget(store, [str(box / "cur" / "7.host:2,")])
        assert str(box).encode() not in (store.state(maildirs.STATE) or "").encode()
    assert run(store).changed == 1


def test_a_root_within_a_maildir_keeps_its_messages(store: Store, box: Path) -> None:
    settled(store, box)
    assert run(store, [box / "cur" / "4.host:2,"]).unchanged == 1
    report = run(store)
    assert (report.unchanged, report.gone, report.new) == (MESSAGES, 0, 0)
    assert str(box / "cur") not in remembered(store, box)


@pytest.mark.slow
def test_half_a_maildir_that_vanished_is_kept_until_told(store: Store, tmp_path: Path, box: Path) -> None:
    for number in range(MESSAGES, 40):
        deliver(box, "cur", f"{number}.host:2,", f"parcel{number}")
    run(store, [box.parent])
    run(store)
    for number in range(30):
        (box / "cur" / f"{number}.host:2,").unlink()
    report = run(store)
    assert report.gone == 0 and report.unavailable == (str(box.parent),)
    assert run(store, prune=True).gone == 30


@pytest.mark.slow
def test_a_message_that_was_marked_as_deleted_later_was_still_found(store: Store, box: Path) -> None:
    assert run(store, [box.parent]).new == MESSAGES
    message, trashed = box / "cur" / "3.host:2,", box / "cur" / "3.host:2,ST"
    message.rename(trashed)
    report = run(store)
    assert (report.moved, report.gone) == (0, 1) and report.skipped == {"unsupported": 1}
    assert run(store).skipped == {"unsupported": 1} and not finds(store, "parcel3")
    trashed.rename(box / "cur" / "3.host:2,S")  # taken back
    assert run(store).new == 1 and finds(store, "parcel3")
