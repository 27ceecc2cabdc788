from __future__ import annotations

import re
import time

import pytest

from gemmasearch.readers.quoting import spans


def own(text: str, subject: str = "") -> str:
    out, last = "", 0
    for start, end in spans(text, subject):
        out += text[last:start]
        last = end
    return re.sub(r"\n{3,}", "\n\n", out + text[last:]).strip()


@pytest.mark.parametrize(
    "attribution",
    [
        "On Wed, May 1, 2024 at 12:00, Dana Bell <d@x.org> wrote:",
        "Am 01.05.2024 um 12:00 schrieb Dana Bell:",
        "Dana Bell schrieb am 01.05.2024:",
        "Le mer. 1 mai 2024 à 12:00, Dana Bell <d@x.org> a écrit :",
        "El mié, 1 may 2024 a las 12:00, Dana Bell escribió:",
        "Il giorno mer 1 mag 2024 Dana Bell ha scritto:",
        "Op wo 1 mei 2024 om 12:00 schreef Dana Bell <d@x.org>:",
        "Em qua., 1 de mai. de 2024, Dana Bell escreveu:",
        "Den ons 1 maj 2024 skrev Dana Bell <d@x.org>:",
        "1 мая 2024 г., 12:00, Dana Bell <d@x.org> пишет:",
        "2024年5月1日 Dana Bell <d@x.org> 写道：",
        "2024/5/1 Dana Bell <d@x.org>:",
        "W dniu 1.05.2024 o 12:00 Dana Bell napisał(a):",
        "Dne 1.5.2024 Dana Bell napsal(a):",
        "1 трав. 2024 р., 12:00 Dana Bell <d@x.org> пише:",
        "Vào Th 4, 1 thg 5, 2024, Dana Bell <d@x.org> đã viết:",
        "בתאריך 1 במאי 2024, Dana Bell <d@x.org> כתב:",
        "On Wed, May 1, 2024 at 12:00, Dana\nBell <d@x.org> wrote:",
        "2024年5月1日(水) 12:00 Dana Bell <d@x.org>:",
        "בתאריך יום ד׳, 1 במאי 2024 ב-12:00 מאת Dana Bell <d@x.org>:",
        "ср, 1 мая 2024 г. в 12:00, Dana Bell <d@x.org>:",
        '01.05.2024, 12:00, "Dana Bell" <d@x.org>:',
    ],
)
def test_a_reply_keeps_only_its_own_words(attribution: str) -> None:
    text = f"Yes, at noon.\n\n{attribution}\n\n> Shall we meet?\n>\n> Dana\n\nBring the oil.\n"
    assert own(text) == "Yes, at noon.\n\nBring the oil."


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "----- Message d'origine -----",
        "From: Dana Bell\nSent: Wednesday\nTo: Kim\nSubject: x",
        "Von: Dana Bell\nGesendet: Mittwoch\nAn: Kim\nBetreff: x",
        "De : Dana Bell\nEnvoyé : mercredi\nÀ : Kim\nObjet : x",
    ],
)
def test_an_unmarked_reply_below_is_quoted_to_its_end(head: str) -> None:
    assert own(f"Yes.\n\n{head}\n\nShall we meet?\nDana\n", "Re: x") == "Yes."


def test_a_forwarded_message_is_not_quoted() -> None:
    text = "FYI\n\nFrom: Dana\nSent: Wednesday\nTo: Kim\nSubject: x\n\nThe rent is due.\n"
    assert own(text, "FW: x") == text.strip()
    gmail = "FYI\n\n---------- Forwarded message ---------\nFrom: Dana\nDate: Wed\nSubject: x\n\nThe rent is due.\n"
    assert own(gmail, "Re: x") == gmail.strip()


def test_a_mail_that_is_all_original_message_stays_text() -> None:
    assert "rent" in own("-----Original Message-----\nFrom: Dana\nSent: Wed\n\nThe rent is due.\n")


def test_signatures_and_list_footers_are_set_apart() -> None:
    text = "See you.\n-- \nDana Bell\nTel 1\n_______________________________________________\nX mailing list\nhttp://x/listinfo/x\n"
    assert own(text) == "See you."
    assert own("See you.\n\nSent from my iPhone\n") == "See you."


@pytest.mark.parametrize(
    "closing",
    [
        "Kind regards,",
        "Best regards",
        "Mit freundlichen Grüßen",
        "Bien cordialement,",
        "Cordiali saluti",
        "С уважением,",
    ],
)
def test_a_block_of_name_firm_and_telephone_is_a_signature(closing: str) -> None:
    block = f"{closing}\n\nDana Bell\nBell & Sons Ltd\nMill Lane 4, Leeds\nTel 0113 1234\n"
    assert own(f"See you at noon.\n\n{block}") == "See you at noon."
    assert (
        own(f"See you at noon.\n\n{block}\nOn Wed, May 1, 2024, Kim wrote:\n> when?\n") == "See you at noon."
    )
    short = f"See you at noon.\n\n{closing}\nDana"
    assert own(short) == short
    letter = (
        f"{closing}\n"
        + "This line of a letter goes on and on, as only lines of letters do, and it is no address at all.\n"
        * 4
    )
    assert own(letter) == letter.strip()


def test_what_lawyers_put_below_is_set_apart() -> None:
    text = "See you.\n\nThis e-mail is confidential and intended only for\nthe recipient named above.\n"
    assert own(text) == "See you."
    first = "This report is confidential, its intended readers are you and me.\n\nThe kiln is too hot.\n"
    assert own(first) == first.strip()


def test_a_long_text_below_two_dashes_is_no_signature() -> None:
    text = "Title\n-- \n" + "A line of the text.\n" * 40
    assert own(text) == text.strip()


def test_arrows_and_said_in_prose_are_no_quotation() -> None:
    text = "He said:\nthe table is a>b and x -> y.\nAs she wrote: no.\n"
    assert spans(text) == ()


def test_spans_are_whole_lines_in_order() -> None:
    text = "a\n> b\nc\n> d"
    assert [text[s:e] for s, e in spans(text)] == ["> b\n", "> d"]


def test_hostile_lines_take_no_quadratic_time() -> None:
    began = time.monotonic()
    assert spans(("On " + "wrote " * 50 + "\n") * 2_000 + "> x\n" * 20_000)
    spans("From: x\n" * 20_000 + "_" * 100_000)
    assert time.monotonic() - began < 10


def test_a_line_of_spaces_before_a_last_paragraph_took_hours() -> None:
    began = time.monotonic()
    assert spans("Hello\n\n" + " " * 100_000 + "Tom\n") == ()
    assert time.monotonic() - began < 5
