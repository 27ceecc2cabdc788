from __future__ import annotations

import pytest

from gemmasearch.answering.grounding import check, sources
from gemmasearch.answering.numbers import numbers_in
from tests.answering.passages import hit


def test_a_number_of_thousands_of_digits_was_no_number_to_python() -> None:
    long = "7" * 5_000
    assert numbers_in(f"{long} and 007") == {long, "7"}


HITS = [
    hit(
        "Van insurance renewed with Allianz, 412.30 EUR for the year. Tyres changed at Müller for 89 EUR.",
        title="Van",
    ),
    hit(
        "The boiler was serviced by Mr Hart on 2024-03-03. He did not replace the pump. The next service is due in"
        ' spring 2025. He said "bleed the radiators first" and wrote to dana@example.org about it.',
        title="Boiler",
    ),
]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The van insurance with Allianz cost 412.30 EUR.", 0),
        ("The van insurance with Allianz cost €412.30.", 0),
        ("The boiler was serviced on March 3, 2024.", 1),
        ("The boiler was serviced by Mr. Hart on 3 March 2024 [1].", 1),
        ("The pump was not replaced.", 1),
        ('He said "bleed the radiators first".', 1),
        ("Yes, the next service is due in spring 2025.", 1),
    ],
)
def test_what_a_source_says_is_supported_by_that_source(claim: str, source: int) -> None:
    support = check(claim, sources(HITS))
    assert support.holds, support
    assert set(support.sources) == {source}
    assert all(quote in HITS[source].text for quote in support.quotes)


@pytest.mark.parametrize(
    "claim",
    [
        "The van insurance cost 89 euros.",  # a number of the next sentence
        "The van insurance with Allianz cost $412.30.",
        "The van insurance with Allianz cost 412.30 %.",
        "The boiler was serviced on 4 March 2024.",
        "The boiler was serviced on 3 April 2024.",
        "The boiler was serviced by Mr Hart on 3 March 2025.",
        "The boiler was serviced by Mr Schmidt on 3 March 2024.",
        "The pump was replaced.",
        "The next service is not due in spring 2025.",
        'He said "bleed the radiators last".',
        "He wrote to mallory@example.org about it.",
        "The van insurance with Allianz cost 412.30 EUR, and the pump was replaced for 50 EUR.",
        "The boiler exploded and destroyed the kitchen.",
        "Yes.",
        "No.",
        "[1]",
        "",
        "...",
    ],
)
def test_what_no_source_says_is_not_supported(claim: str) -> None:
    support = check(claim, sources(HITS))
    assert not support.holds
    assert support.missing
    assert not support.sources


MIXED = "Calls are billed by the minute, even when nobody speaks, while letters are billed by weight."


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("Letters are billed by weight.", True),
        ("Calls are billed by the minute.", True),
        ("Letters are not billed by weight, but calls are billed by weight.", False),
        ("Calls are billed by weight and letters are billed by the minute.", False),
    ],
)
def test_a_negation_denies_only_its_own_side_of_a_contrast(claim: str, holds: bool) -> None:
    assert check(claim, sources([hit(MIXED, title="Fees")])).holds is holds


def test_a_sentence_may_join_two_sources_clause_by_clause() -> None:
    support = check(
        "The boiler was serviced on March 3, 2024, and the van insurance with Allianz was 412.30 EUR.",
        sources(HITS),
    )
    assert support.sources == (1, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,240.50", "1.240,50"),
        ("1 200 000", "1,200,000"),
        ("1'200", "1200"),
        ("2024-03-12", "12.03.2024"),
        ("two dozen", "2 12"),
        ("0.50", "0,5"),
        ("14:30", "14.30"),
        ("the 10th", "10"),
        ("a [3] b", "ab"),
    ],
)
def test_one_number_in_two_spellings_is_one_number(one: str, other: str) -> None:
    if one == "14:30":
        assert numbers_in(one) == {"14", "30"}
    else:
        assert numbers_in(one) == numbers_in(other)


def test_a_year_and_a_count_beside_it_are_two_numbers() -> None:
    assert numbers_in("in 2024 300 people came") == {"2024", "300"}


def test_a_title_lends_a_name_but_never_a_number() -> None:
    against = sources([hit("It was serviced in spring by Mr Hart.", title="Weishaupt boiler 2017")])
    assert check("The Weishaupt boiler was serviced in spring by Mr Hart.", against).holds
    assert not check("It was serviced in spring 2017 by Mr Hart.", against).holds


@pytest.mark.parametrize(
    ("link", "holds"),
    [
        ("https://example.org/pay/42", True),
        ("https://example.org/pay", False),
        ("http://example.org/pay/42", False),
    ],
)
def test_a_link_is_supported_only_whole(link: str, holds: bool) -> None:
    against = sources([hit("The invoice is paid at https://example.org/pay/42, before June.")])
    assert check(f"The invoice is paid at {link}.", against).holds is holds


def test_the_sentence_before_lends_a_name_only_to_one_that_speaks_of_it() -> None:
    text = "Some settled in Bushwick. The quarter of Huguenot on the south shore was named for others."
    assert not check(
        "The quarter of Huguenot on the south shore was named Bushwick.", sources([hit(text)])
    ).holds
    text = "Mr Okafor came on Friday. He cleaned the burner and replaced the electrode."
    assert check("Okafor cleaned the burner and replaced the electrode.", sources([hit(text)])).holds


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("The deal was made by two Law Officers of Scotland.", True),
        ("The deal was made by the Chief Law Officer of Scotland.", False),
        ("The deal was made by Scottish-born Law Officers.", False),
        ("Deals were made by two Law Officers of Scotland.", True),
    ],
)
def test_a_name_stands_as_it_is_written_and_a_compound_with_all_its_parts(claim: str, holds: bool) -> None:
    against = sources(
        [hit("The deal was made by the two Chief Law Officers of Scotland, a Scottish affair.")]
    )
    assert check(claim, against).holds is holds


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("Yes, I can lend you my drill.", False),
        ("You can lend me your drill.", True),
        ("The First World War I won.", False),
    ],
)
def test_who_speaks_was_turned_round(claim: str, holds: bool) -> None:
    letter = hit("I would like to ask whether you can lend me your drill for the weekend.", title="Drill")
    assert check(claim, sources([letter])).holds is holds


PARTS = [
    hit("The gym membership was cancelled on 3 March 2026; it ends on 30 April 2026.", title="Gym"),
    hit("The wine cellar is at 12 °C in winter and 16 °C in summer."),
    hit("The next meeting is on 11 June 2026 at 19:00, in the library."),
    hit("The launch moves from 1 September to 15 October 2025. The offsite is from 12 to 14 May."),
    hit(
        "The fee is GBP 3,400, payable in two instalments: GBP 1,400 on signature and GBP 2,000 on delivery."
    ),
]


@pytest.mark.parametrize(
    "claim",
    [
        "The gym membership ends on 3 March 2026.",
        "The wine cellar is at 16 °C in winter.",
        "The wine cellar is at 12 °C in summer.",
        "The next meeting is on 11 June 2026 at 11:00.",
        "The launch moves to 1 October 2025.",
        "The launch moves to 15 September 2025.",
        "GBP 1,400 is payable on delivery.",
        "The instalment on signature is GBP 2,000.",
    ],
)
def test_a_number_was_taken_from_another_part_of_its_sentence(claim: str) -> None:
    assert not check(claim, sources(PARTS)).holds


@pytest.mark.parametrize(
    "claim",
    [
        "The gym membership ends on 30 April 2026.",
        "The gym membership was cancelled on 3 March 2026.",
        "The gym membership was cancelled on March 3, 2026, and ends on April 30, 2026.",
        "The wine cellar is at 16 °C in summer.",
        "The wine cellar is at 12 °C in winter and 16 °C in summer.",
        "The next meeting is on 11 June 2026 at 19:00.",
        "The launch moves to 15 October 2025.",
        "The offsite is on 12 May.",
        "GBP 1,400 is payable on signature.",
        "GBP 2,000 is payable on delivery.",
        "The fee is GBP 3,400, payable in two instalments.",
    ],
)
def test_a_number_stays_with_its_part_of_the_sentence(claim: str) -> None:
    assert check(claim, sources(PARTS)).holds, check(claim, sources(PARTS))


def test_what_was_signed_by_somebody_was_said_to_be_that_person() -> None:
    against = sources([
        hit("Northwind contract was signed by Priya on 4 July 2025. Landlord: Kessler Immobilien AG."),
        hit("The sponsor, phone 555 01 23, of 9 May asked Tom Becker."),
        hit("The boiler was serviced by Hart. The deposit of the flat is 900 euros."),
    ])  # fmt: skip
    for claim in ("Priya is a Northwind contract.", "Tom Becker is the sponsor."):
        assert not check(claim, against).holds, claim
    for claim in (
        "The Northwind contract was signed by Priya.",
        "Kessler Immobilien AG is the landlord.",
        "Hart was the one who serviced the boiler.",
        "The deposit is 900 euros.",
    ):
        assert check(claim, against).holds, check(claim, against)


def test_not_stays_before_the_name_that_it_denies() -> None:
    against = sources([
        hit("Li Wei stands in for Jonas, not Tom. The playground will be built in Elm Street, not in Park Lane."),
        hit("Der Zug hält in Ulm, nicht in Augsburg."),
    ])  # fmt: skip
    for claim in (
        "Li Wei stands in for Tom, not Jonas.",
        "Tom stands in for Jonas, not Li Wei.",
        "The playground will be built in Park Lane, not in Elm Street.",
        "Der Zug hält in Augsburg, nicht in Ulm.",
    ):
        assert not check(claim, against).holds, claim
    for claim in (
        "Li Wei, not Tom, stands in for Jonas.",
        "The playground will be built in Elm Street, not in Park Lane.",
        "The playground will not be built in Park Lane.",
    ):
        assert check(claim, against).holds, check(claim, against)


def test_who_is_against_something_was_turned_around() -> None:
    told = sources(
        [hit("Nils wanted to renew the roof of the mill; Ida was against it, since the beams are sound.")]
    )
    assert not check("Nils was against it, since the beams are sound.", told).holds
    assert check("Ida was against it, since the beams are sound.", told).holds
    alone = sources([hit("Nils voted against the new roof of the mill.")])
    assert check("Nils voted against the new roof.", alone).holds


def test_two_sentences_of_one_item_supported_what_neither_says() -> None:
    against = sources([
        hit("- Nora is the one who pays the bills. Piet may refuse anything above the limit."),
        hit("- The regatta moves from 3 May to 17 May because the lock is under repair. New place: the upper basin."),
    ])  # fmt: skip
    for claim in (
        "Piet is the one who pays the bills.",
        "The regatta moves to 17 May because of the upper basin.",
    ):
        assert not check(claim, against).holds, claim
    for claim in (
        "Nora is the one who pays the bills.",
        "The regatta moves to 17 May because the lock is under repair.",
        "The new place is the upper basin.",
    ):
        assert check(claim, against).holds, check(claim, against)


def test_a_label_before_a_full_stop_goes_with_what_it_names() -> None:
    against = sources([hit("- Fee. 840 euros plus travel in two parts.")])
    assert check("The fee is 840 euros plus travel in two parts.", against).holds


def test_who_or_which_brought_along_what_no_source_says() -> None:
    against = sources([hit("Warden of this house: Selma Brandt, flat 3, telephone 4471.")])
    assert not check(
        "The warden of this house is Selma Brandt in flat 3, who is a retired nurse.", against
    ).holds
    assert check("The warden of this house is Selma Brandt.", against).holds
