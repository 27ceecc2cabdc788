"""The query line: nothing a person types is an error, and nothing means something else than it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gemmasearch.documents import Condition
from gemmasearch.retrieval import Term, explain, parse

NOW = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)  # a Wednesday


def word_texts(line: str) -> list[str]:
    return [t.text for t in parse(line, now=NOW).words]


def epoch(*date: int) -> float:
    return datetime(*date, tzinfo=UTC).timestamp()


def test_words_are_any_of_and_a_phrase_is_required() -> None:
    query = parse('budget "quarterly report" berlin')
    assert [t.text for t in query.words] == ["budget", "berlin"]
    assert query.required == ((Term("quarterly report", "phrase"),),)
    assert query.text == "budget quarterly report berlin"


def test_a_hyphen_within_a_word_or_before_an_option_excludes_nothing() -> None:
    query = parse("POL-358 e-mail --json -draft")
    assert [t.text for t in query.words] == ["POL-358", "e-mail", "--json"]
    assert query.excluded == (Term("draft"),)


def test_what_is_excluded_is_not_meant() -> None:
    assert parse('cats -dogs NOT birds -"wild boar"').text == "cats"
    assert [t.text for t in parse('cats -dogs NOT birds -"wild boar"').excluded] == [
        "dogs",
        "birds",
        "wild boar",
    ]


def test_or_joins_alternatives_of_which_one_is_required() -> None:
    query = parse("(cat OR dog) food OR drink fresh")
    assert [[t.text for t in group] for group in query.required] == [["cat", "dog"], ["food", "drink"]]
    assert [t.text for t in query.words] == ["fresh"]
    assert query.text == "cat dog food drink fresh"


def test_alternatives_may_be_filters() -> None:
    query = parse("from:dana OR from:tom boiler")
    assert [t.text for t in query.words] == ["boiler"] and query.text == "boiler"
    (either,) = query.conditions
    assert either.branches == ((Condition("from", "has", "dana"),), (Condition("from", "has", "tom"),))


def test_alternatives_may_mix_filters_and_terms() -> None:
    query = parse('(from:dana "due date") OR invoice* OR -type:pdf')
    (either,) = query.conditions
    assert either.branches == (
        (Condition("from", "has", "dana"), Condition("text", "phrase", "due date")),
        (Condition("text", "prefix", "invoice"),),
        (Condition("type", "is", "pdf", True),),
    )
    assert query.required == () and query.open
    assert [t.text for t in query.words] == ["due date", "invoice"], "they still decide the order"


def test_excluding_brackets_excludes_each_thing_in_them() -> None:
    query = parse("boiler -(from:tom draft OR sketch) -(a -b)")
    assert query.conditions == (Condition("from", "has", "tom", True),)
    assert [t.text for t in query.excluded] == ["draft", "sketch", "a"]
    assert [t.text for t in query.words] == ["boiler", "b"]


def test_a_span_of_time_is_excluded_as_one() -> None:
    (condition,) = parse("-date:2024", now=NOW).conditions
    assert condition.negated and len(condition.branches[0]) == 2
    assert parse("-before:2024", now=NOW).conditions == (Condition("date", "<", epoch(2024, 1, 1), True),)


def test_and_between_filters_wants_both() -> None:
    one, other = parse("from:dana AND from:bell").conditions
    assert one.branches == ((Condition("from", "has", "dana"),),) and one != other


def test_brackets_without_an_operator_are_passed_over() -> None:
    assert word_texts("(lisbon (trip)) ( )) (porto") == ["lisbon", "trip", "porto"]
    assert len(word_texts("(" * 40 + "deep" + ")" * 40 + " after")) == 2


@pytest.mark.parametrize("line", ["cat OR dog", "cat | dog", "OR cat OR dog"])
def test_alternatives_in_every_spelling(line: str) -> None:
    assert parse(line).required == ((Term("cat"), Term("dog")),)


def test_plus_and_the_operator_and_require() -> None:
    assert parse("+cat dog").required == ((Term("cat"),),)
    assert parse("cat AND dog bird").required == ((Term("cat"),), (Term("dog"),))
    assert word_texts("cat AND dog bird") == ["bird"]


def test_a_star_at_the_end_is_a_beginning_of_a_word() -> None:
    assert parse("micro*").words == (Term("micro", "prefix"),)
    assert [t.kind for t in parse("* ** c*").words] == ["word", "word", "word"]


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("from:dana", Condition("from", "has", "dana")),
        ('from:"Dana Bell"', Condition("from", "has", "Dana Bell")),
        ("FROM:dana@example.org", Condition("from", "has", "dana@example.org")),
        ("-to:bob", Condition("to", "has", "bob", True)),
        ("subject:lunch", Condition("title", "has", "lunch")),
        ("type:PDF", Condition("type", "is", "pdf")),
        ("ext:.md", Condition("ext", "is", "md")),
        ("has:attachments", Condition("has", "is", "attachment")),
        ("quoted:no", Condition("quoted", "is", 1, True)),
        ("size:>1.5M", Condition("size", ">=", 1_500_001)),
        ("before:2024-03-01", Condition("date", "<", epoch(2024, 3, 1))),
        ("after:2024", Condition("date", ">=", epoch(2024, 1, 1))),
        ("path:reports/2024", Condition("path", "has", "reports/2024")),
    ],
)
def test_filters(line: str, condition: Condition) -> None:
    query = parse(line, now=NOW)
    assert query.conditions == (condition,)
    assert not query.terms


@pytest.mark.parametrize(
    "line",
    [
        "http://example.org/a?b",
        "12:30",
        "from:",
        "date:someday",
        "size:big",
        "has:cheese",
        "note:this",
        "C::method",
    ],
)
def test_what_is_no_filter_is_words(line: str) -> None:
    query = parse(line, now=NOW)
    assert not query.conditions
    assert query.words


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", epoch(2024, 1, 1), epoch(2025, 1, 1)),
        ("2024-02", epoch(2024, 2, 1), epoch(2024, 3, 1)),
        ("2023-12", epoch(2023, 12, 1), epoch(2024, 1, 1)),
        ("2024-02-29", epoch(2024, 2, 29), epoch(2024, 3, 1)),
        ("today", epoch(2024, 5, 15), epoch(2024, 5, 16)),
        ("yesterday..today", epoch(2024, 5, 14), epoch(2024, 5, 16)),
        ("last week", epoch(2024, 5, 6), epoch(2024, 5, 13)),
        ("this week", epoch(2024, 5, 13), epoch(2024, 5, 20)),
        ("last month", epoch(2024, 4, 1), epoch(2024, 5, 1)),
        ("last year", epoch(2023, 1, 1), epoch(2024, 1, 1)),
        ("last_month", epoch(2024, 4, 1), epoch(2024, 5, 1)),
        ("2w", epoch(2024, 5, 1, 12), epoch(2024, 5, 15, 12)),
        ("3 months", epoch(2024, 2, 15, 12), epoch(2024, 5, 15, 12)),
        ("monday", epoch(2024, 5, 13), epoch(2024, 5, 14)),
        ("last wednesday", epoch(2024, 5, 8), epoch(2024, 5, 9)),
        ("march 2023", epoch(2023, 3, 1), epoch(2023, 4, 1)),
        ("15.03.2024", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("20240315", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("15.3.24", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("2024.03.15", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("03.2024", epoch(2024, 3, 1), epoch(2024, 4, 1)),
        ("3/2024", epoch(2024, 3, 1), epoch(2024, 4, 1)),
        ("2024-W01", epoch(2024, 1, 1), epoch(2024, 1, 8)),
        ("2024-Q1", epoch(2024, 1, 1), epoch(2024, 4, 1)),
        ("Q4 2023", epoch(2023, 10, 1), epoch(2024, 1, 1)),
        ("last 7 days", epoch(2024, 5, 8, 12), epoch(2024, 5, 15, 12)),
        ("past 3 months", epoch(2024, 2, 15, 12), epoch(2024, 5, 15, 12)),
        ("15 March 2024", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("March 15, 2024", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("3 days ago", epoch(2024, 5, 12), epoch(2024, 5, 13)),
        ("15/03/2024", epoch(2024, 3, 15), epoch(2024, 3, 16)),
        ("gestern", epoch(2024, 5, 14), epoch(2024, 5, 15)),
        ("letzte Woche", epoch(2024, 5, 6), epoch(2024, 5, 13)),
        ("marzo 2024", epoch(2024, 3, 1), epoch(2024, 4, 1)),
        ("hier", epoch(2024, 5, 14), epoch(2024, 5, 15)),
        ("先週", epoch(2024, 5, 6), epoch(2024, 5, 13)),
        ("2022..2023-06", epoch(2022, 1, 1), epoch(2023, 7, 1)),
    ],
)
def test_dates(text: str, low: float, high: float) -> None:
    quoted = parse(f'date:"{text}"', now=NOW).conditions
    assert quoted == (Condition("date", ">=", low), Condition("date", "<", high))
    bare = parse(f"report date:{text} berlin", now=NOW)
    assert (bare.conditions, [t.text for t in bare.words]) == (quoted, ["report", "berlin"])


def test_a_month_back_from_the_longest_day_stays_in_the_shorter_month() -> None:
    march = datetime(2024, 3, 31, 12, tzinfo=UTC)
    assert parse("date:1m", now=march).conditions[0].value == epoch(2024, 2, 29, 12)
    january = datetime(2024, 1, 10, tzinfo=UTC)
    assert parse("date:last month", now=january).conditions[0].value == epoch(2023, 12, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2024-13",
        "2024-02-30",
        "99999y",
        "9999-12-31",
        "..",
        "2024..2020",
        "0000",
        "a",
        "5",
        "the",
        "budget",
        "1/2",
    ],
)
def test_impossible_dates_are_words(text: str) -> None:
    assert not parse(f"date:{text}", now=NOW).conditions


def test_a_filter_after_a_date_is_not_swallowed() -> None:
    query = parse("date:2024 from:dana date:last week", now=NOW)
    assert [c.field for c in query.conditions] == ["date", "date", "from", "date", "date"]


@pytest.mark.parametrize(
    "line",
    [
        "date:2024 march budget",
        "date:gestern budget",
        "date:march budget",
        "date:3d 5 budget",
        "date:2w ago budget",
    ],
)
def test_a_date_takes_no_word_that_is_not_of_it(line: str) -> None:
    assert word_texts(line)[-1] == "budget"
    assert parse(line, now=NOW).conditions


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "de_DE.UTF-8", "C", ""])
def test_slashes_are_read_as_the_country_writes_them(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from gemmasearch.retrieval import dates

    dates._parser.cache_clear()
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("LANG", raising=False)
    month, day = (3, 4) if locale.startswith("en_US") else (4, 3)
    assert parse("date:03/04/2024", now=NOW).conditions[0].value == epoch(2024, month, day)
    dates._parser.cache_clear()


def test_a_visit_is_a_date_of_its_own() -> None:
    low, high = parse("visited:2024-03", now=NOW).conditions
    assert (low.field, high.field) == ("visited", "visited")
    assert not parse("visited:often", now=NOW).conditions


def test_a_hundred_kilobytes_are_read_in_no_time() -> None:
    for text in (
        "word " * 20_000,
        "(" * 100_000,
        '"' * 100_000,
        "-" * 100_000,
        "a:" * 50_000,
        "x" * 100_000,
        "NOT " * 25_000,
        "a OR " * 20_000,
    ):
        assert len(parse(text).terms) <= 200


def test_the_plus_of_a_telephone_number_requires_nothing() -> None:
    assert parse("+49 4464 869-1234").required == parse("call +1 (555) 010-0199").required == ()
    assert parse("+4944648691234").required == ()
    assert parse("+2026 boiler").required == ((Term("2026"),),)


def test_a_filter_before_brackets_is_one_of_each_term_in_them() -> None:
    assert parse("from:(dana OR tom)").conditions == parse("from:dana OR from:tom").conditions
    assert parse('subject:("due date" -draft) boiler') == replace(
        parse('subject:"due date" -subject:draft boiler'), line='subject:("due date" -draft) boiler'
    )
    assert parse("-from:(dana OR tom)").conditions == parse("-(from:dana OR from:tom)").conditions
    assert parse("date:(last week)", now=NOW).conditions == parse("date:last week", now=NOW).conditions
    assert parse("type:(pdf OR (mail").conditions == parse("type:pdf OR type:mail").conditions
    assert word_texts("note:(this and that)") == ["note:", "this", "and", "that"]
    assert [t.text for t in parse("from:()").terms] == []


def test_the_last_word_of_a_phrase_may_be_a_beginning() -> None:
    assert parse('"prune apple tr*"').required == ((Term("prune apple tr", "prefix"),),)
    assert parse('-"apple tr*"').excluded == (Term("apple tr", "prefix"),)
    assert parse('"*"').terms == ()


@pytest.mark.parametrize(
    ("line", "operator", "bound"),
    [
        ("date:>2024-03-15", ">=", epoch(2024, 3, 16)),
        ("date:>=2024-03-15", ">=", epoch(2024, 3, 15)),
        ("date:<2024-03", "<", epoch(2024, 3, 1)),
        ("date:<=2024-03", "<", epoch(2024, 4, 1)),
        ("date:>last week", ">=", epoch(2024, 5, 13)),
        ("visited:>=yesterday", ">=", epoch(2024, 5, 14)),
    ],
)
def test_dates_are_compared_as_sizes_are(line: str, operator: str, bound: float) -> None:
    query = parse(line, now=NOW)
    assert [(c.op, c.value) for c in query.conditions] == [(operator, bound)] and not query.terms


def test_a_compared_date_that_is_none_stays_words() -> None:
    assert not parse("date:>someday", now=NOW).conditions
    assert not parse("date:>", now=NOW).conditions
    assert parse("date:=2024", now=NOW).conditions == parse("date:2024", now=NOW).conditions


def test_a_phrase_with_an_open_end_is_explained_as_one() -> None:
    assert 'required: "prune apple tr*"' in explain('"prune apple tr*"')


@pytest.mark.parametrize(
    ("said", "code"),
    [("de", "de"), ("German", "de"), ("deutsch", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("français", "fr"),
     ("日本語", "ja"), ("العربية", "ar"), ("klingon", "klingon")],
)  # fmt: skip
def test_a_language_by_its_name_passed_no_document(said: str, code: str) -> None:
    assert parse(f"boiler lang:{said}", now=NOW).conditions == (Condition("lang", "is", code),)
