"""Jupyter notebooks: what people wrote and ran, nothing of the JSON around it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import notebook
from tests.readers.contract import ReaderContract, documents, problem, read

PICTURE = base64.b64encode(bytes(range(256)) * 20).decode()


def markdown(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: Any, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": list(outputs), "source": source,
    }  # fmt: skip


def stream(text: Any) -> dict[str, Any]:
    return {"name": "stdout", "output_type": "stream", "text": text}


def written(tmp_path: Path, *cells: Any, name: str = "kiln.ipynb", **more: Any) -> Path:
    path = tmp_path / name
    info = {"language_info": {"name": "python", "version": "3.11"}}
    whole = {"cells": list(cells), "metadata": info, "nbformat": 4, "nbformat_minor": 5, **more}
    path.write_text(json.dumps(whole, indent=1))
    return path


class TestNotebook(ReaderContract):
    name, file = "notebook", "a.ipynb"

    def sample(self) -> bytes:
        cells = [
            markdown(["# Kiln\n", "\n", "The walnut table, see #wood.\n", "\n", "## Firing"]),
            code(["# heat\n", "heat = 1240\n", "print(heat)"], stream(["1240\n"])),
        ]
        whole = {"cells": cells, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4}
        return json.dumps(whole).encode()

    def test_a_notebook_was_read_as_json(self, path: Path) -> None:
        (found,) = documents(path)
        assert found.text == (
            "# Kiln\n\nThe walnut table, see #wood.\n\n## Firing\n\n"
            "```python\n# heat\nheat = 1240\nprint(heat)\n```\n\n```\n1240\n```"
        )
        assert (found.kind, found.title, found.tags) == ("document", "Kiln", ("wood",))
        assert [s.headings for s in found.sections] == [("Kiln",), ("Kiln", "Firing")]


def test_of_outputs_only_text_is_read_and_no_picture_of_a_cell(tmp_path: Path) -> None:
    figure = {"image/png": PICTURE, "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
    table = {"text/html": "<b>markup</b>", "text/plain": ["  cones\n", "0    6"]}
    path = written(
        tmp_path,
        markdown(f"![x](data:image/png;base64,{PICTURE})", attachments={"a.png": {"image/png": PICTURE}}),
        code("plot()", {"output_type": "display_data", "data": figure, "metadata": {}}),
        code("frame", {"output_type": "execute_result", "data": table, "metadata": {}}),
        code(
            "1/0", {"output_type": "error", "ename": "ZeroDivisionError", "traceback": ["\x1b[31mat line 1"]}
        ),
        code("warn()", stream("\x1b[31mtoo hot\x1b[0m\n")),
    )
    (found,) = documents(path)
    assert found.text == (
        "![x](data:image/png;base64,…)\n\n```python\nplot()\n```\n\n```python\nframe\n```\n\n"
        "```\n  cones\n0    6\n```\n\n```python\n1/0\n```\n\n```python\nwarn()\n```\n\n```\ntoo hot\n```"
    )
    assert found.title == ""


def test_a_long_log_is_cut_and_what_follows_it_is_read(tmp_path: Path) -> None:
    log = [f"epoch {n} of the kiln\n" for n in range(5_000)]
    (found,) = documents(written(tmp_path, code("train()", stream(log)), markdown("the walnut end")))
    assert len(found.text) < notebook.PRINTED + 200 and "epoch 9 of the kiln\n" in found.text
    assert "of the kiln\n…\n```\n\nthe walnut end" in found.text


def test_cells_stay_apart_whatever_their_fences_and_comments(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        markdown("# One\n\n```sh\nls"),
        code("'''\n```\n# no heading\n```\n'''"),
        markdown("# Two"),
        {"cell_type": "raw", "source": "raw walnut", "metadata": {}},
    )
    (found,) = documents(path)
    assert [s.headings for s in found.sections] == [("One",), ("Two",)]
    assert "```sh\nls\n```\n\n````python\n" in found.text and found.text.endswith("# Two\n\nraw walnut")


def test_version_3_has_sheets_headings_and_inputs(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Glazes"], "metadata": {}},
        {"cell_type": "markdown", "source": "of walnut ash"},
        {
            "cell_type": "code", "input": ["1 + 1"], "language": "python",
            "outputs": [{"output_type": "pyout", "text": ["2"], "prompt_number": 1},
                        {"output_type": "display_data", "png": PICTURE, "text": "<matplotlib.Figure at 0x1>"},
                        {"output_type": "pyerr", "traceback": ["oh"]}],
        },
    ]  # fmt: skip
    path = tmp_path / "old.ipynb"
    path.write_text(
        json.dumps({"metadata": {"name": ""}, "nbformat": 3, "worksheets": [{"cells": cells}, "x", {}]})
    )
    (found,) = documents(path)
    assert found.text == "## Glazes\n\nof walnut ash\n\n```python\n1 + 1\n```\n\n```\n2\n```"
    assert found.title == "Glazes"


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [{"cell_type": "markdown", "source": ["the walnut table"',
        '<<<<<<< HEAD\n{"cells": [{"cell_type": "markdown", "source": "the walnut table"}]}\n=======\n',
        '{"cell_type": "walnut", "x": ' + "[" * 90_000,
    ],
)
def test_a_broken_notebook_is_read_as_a_text_and_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    document, rest = read(path)
    assert isinstance(document, Document) and "walnut" in document.text and document.kind == "data"
    assert isinstance(rest, Problem) and (rest.reason, rest.part) == ("malformed", "rest")


@pytest.mark.parametrize(
    "cells", [[], [1, None, "x"], [{"cell_type": "code", "source": 5, "outputs": [7, {"data": 1}]}]]
)
def test_a_notebook_without_any_text_is_one_problem(tmp_path: Path, cells: list[Any]) -> None:
    assert problem(written(tmp_path, *cells)).reason == "no-text"


def test_its_own_title_comes_first_and_other_json_is_no_notebook(tmp_path: Path) -> None:
    (found,) = documents(
        written(tmp_path, markdown("# A"), metadata={"title": "The  walnut", "language_info": 3})
    )
    assert found.title == "The walnut"
    other = tmp_path / "b.ipynb"
    other.write_text('{"cells": ["walnut"]}')
    assert documents(other)[0].text == '{"cells": ["walnut"]}'


def test_records_that_speak_of_cells_are_no_broken_notebook(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"cell_type": "walnut"}\n{"cell_type": "oak"}\n')
    assert documents(path)[0].kind == "data"
