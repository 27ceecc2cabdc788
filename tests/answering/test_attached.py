"""What an attachment is called."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_the_mail_was_quoted_where_the_name_of_its_attachment_was_asked_for(store: Store, add: Add) -> None:
    sender = "Dana Vale <dana@example.org>"
    add("/m/box", "My comments are attached.", kind="mail", title="chapter 2", sender=sender, part="8f3a")
    meta = {"attached_to": "8f3a", "subject": "chapter 2"}
    text = "Page 12: cite Harvell. Page 20: delete the second paragraph."
    add("/m/box", text, part="8f3a/ch2_DV_comments.txt", sender=sender, meta=meta)
    told = answer(store, None, None, "What is the name of the attachment with Dana's comments?")
    assert told.text == "“ch2_DV_comments.txt” [1]"
    assert (
        "ch2_DV"
        not in answer(store, None, None, "What is the name of the attachment with Rosa's photos?").text
    )
