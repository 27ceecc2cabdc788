"""The README's Python examples, executed on the sample home: ours always, those for a framework where it is installed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cli.conftest import Indexed
from tests.docs import generate

README = generate.README.read_text("utf-8")


def _run(code: str, indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("GSEARCH_DB", str(indexed.db))
    monkeypatch.setenv("GSEARCH_GENERATOR", "none")
    made: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "README.md", "exec"), made)
    return made


def _example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```python\n(.*?)```", README, re.S)
    assert found
    return found[1]


def test_from_python(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.split("### From Python", 1)[1]
    code = re.search(r"```python\n(.*?)```", section, re.S)
    assert code
    _run(code[1].replace('"~/Notes"', repr(str(indexed.home))), indexed, monkeypatch)
    shown = capsys.readouterr().out
    assert "heating.md" in shown and "14 March 2026" in shown


def test_langchain(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_core")
    code = _example("langchain")
    found = _run(code, indexed, monkeypatch)["found"]
    assert found[0].metadata["source"].endswith("heating.md") and "boiler" in found[0].page_content


def test_llamaindex(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llama_index.core")
    found = _run(_example("llamaindex"), indexed, monkeypatch)["found"]
    assert found[0].node.metadata["file_path"].endswith("heating.md") and found[0].score > 0


@pytest.mark.parametrize("name", ["langchain", "llamaindex"])
def test_examples_for_frameworks_use_fields_that_hits_have(name: str) -> None:
    from dataclasses import fields

    from gemmasearch import Hit

    used = set(re.findall(r"\bh\.(\w+)", _example(name)))
    assert used and used <= {f.name for f in fields(Hit)}
