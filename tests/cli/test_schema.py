"""Every command's --json is what its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gemmasearch.__main__ import main
from gemmasearch.shapes import schema, shapes
from tests.cli.conftest import Indexed
from tests.docs.generate import _commands


def _strict(part: Any) -> Any:
    """The same schema, in which a field that it does not name is an error; bytes beside a text are known."""
    if isinstance(part, dict):
        made = {key: _strict(value) for key, value in part.items()}
        if "properties" in part:
            made["additionalProperties"] = False
            made["patternProperties"] = {"_b64$": {}}
        return made
    return [_strict(each) for each in part] if isinstance(part, list) else part


def _check(printed: str) -> dict[str, Any]:
    envelope = json.loads(printed)
    command = envelope["command"]
    Draft202012Validator(_strict(schema(command))).validate(envelope)
    return envelope


def test_commands_that_print_json_had_no_schema(capsys: pytest.CaptureFixture[str]) -> None:
    Draft202012Validator.check_schema(schema())
    known = {
        name.removeprefix("gsearch ")
        for name, command in _commands()
        if any("--json" in option.opts for option in command.params)
    }
    assert set(shapes()) == known - {"chat"}
    assert main(["chat", "--json"]) == 2 and "chat has no --json" in capsys.readouterr().out


def _lines(handle: str) -> Iterator[tuple[str, ...]]:
    yield from [
        ("search", "lisbon"), ("search", "--group", "thread", "lisbon"), ("search", "--mode", "words", "zyzzyva"), ("show", handle), ("thread", handle),
        ("search", "--explain-query", "(from:tom OR lisbon) date:2024"), ("open", "--print", handle), ("similar", handle), ("dupes",), ("status",),
        ("ask", "--extract", "When was the boiler serviced?"), ("roots",), ("selftest", "-n", "2"), ("index",), ("save", "x", "lisbon"), ("save",),
    ]  # fmt: skip


def test_what_commands_print_is_valid(indexed: Indexed, capsys: pytest.CaptureFixture[str]) -> None:
    handle = indexed.run("search", "--format", "{id}", "-n", "1", "type:mail lisbon").text.strip()
    for command, *rest in _lines(handle):
        code = main([command, "--json", "--db", str(indexed.db), *rest])
        assert _check(capsys.readouterr().out)["exit"] == code
    main(["save", "x", "--db", str(indexed.db)])


@pytest.mark.slow
def test_what_labels_and_bench_print_is_valid(indexed: Indexed, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["add trip --describe journeys,tickets", "run", "review trip", "list", "remove trip"]
    for line in [*(f"label {line}" for line in lines), "bench"]:
        code = main([*line.split(), "--json", "--db", str(indexed.db)])
        assert _check(capsys.readouterr().out)["exit"] == code == 0, line


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["config", "formats", "models list", "completion bash", "schema why", "demo"]
)
def test_what_commands_without_an_index_print_is_valid(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([*line.split(), "--json"])
    assert _check(capsys.readouterr().out)["ok"] is True


def test_an_error_is_valid_too_and_a_changed_field_is_not(indexed: Indexed) -> None:
    envelope = _check(indexed.run("show", "--json", "c999999").text)
    assert envelope["error"]["code"] == "nothing_found"
    good = json.loads(indexed.run("search", "--json", "-n", "1", "lisbon").text)
    good["data"]["hits"][0]["score"] = "high"
    assert not Draft202012Validator(schema("search")).is_valid(good)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["search"], ["models", "list"], []):
        assert main(["schema", *command]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(schema(" ".join(command))))
    assert main(["schema", "nosuch"]) == 2
