"""What ``--json`` prints, command by command, as a JSON Schema made from the records themselves.

A shape is a type (a dataclass, a list, a mapping, a union), or a dictionary of shapes for an object with just these
fields; a name that ends in ``?`` may be absent. Fields may be added within a version of the envelope; none is taken
away or changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIMES = frozenset({"date", "mtime", "started"})  # epoch seconds that are written as ISO 8601
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": ["number", "null"]},
    bytes: {"type": "string", "contentEncoding": "base64"},
    NoneType: {"type": "null"},
    Any: {},
    object: {},
}


def shapes() -> dict[str, Any]:
    """Command -> the shape of its ``data``."""
    from gemmasearch.answering.labelling import Run
    from gemmasearch.answering.labels import Verdict
    from gemmasearch.documents import Answer, Hit, Problem, SyncReport
    from gemmasearch.indexing.care import Compacted, Why
    from gemmasearch.indexing.doctor import Check
    from gemmasearch.indexing.forgetting import Forgotten
    from gemmasearch.indexing.heartbeat import Heartbeat
    from gemmasearch.indexing.pages import Page
    from gemmasearch.indexing.repair import Repaired
    from gemmasearch.indexing.schedule import Plan
    from gemmasearch.indexing.scheduled import Installed
    from gemmasearch.known import FormatInfo, ModelInfo
    from gemmasearch.rates import Rates
    from gemmasearch.retrieval import Query, Twins
    from gemmasearch.retrieval.selftest import SelfTest
    from gemmasearch.shown import Shown
    from gemmasearch.store.rows import LabelRow, Root, Summary, VerdictRow

    group = {"title": str, "ids": list[str]}
    found = {
        "query": str,
        "hits": list[Hit],
        "after?": str | None,
        "groups?": [group],
        "explained?": list[str],
    }
    explained = {"query": str, "understood": list[str], "parsed": Query}
    setting = {"name": str, "value": Any, "source": str, "where": str, "help": str}
    label = {"path": str, **{f.name: get_type_hints(Verdict)[f.name] for f in fields(Verdict)}}
    return {
        "index": SyncReport,
        "status": {
            "status": Summary,
            "heartbeats": list[Heartbeat],
            "writer": str,
            "mounts": list[str],
            "failed": list[Problem],
        },
        "serve": {},
        "search": (found, explained),
        "import-page": {"page": Page, "report": SyncReport},
        "show": list[Shown],
        "open": {"argv": list[str]},
        "similar": {"hits": list[Hit]},
        "thread": {"hits": list[Hit]},
        "dupes": list[Twins],
        "save": ({"name": str, "query": str}, Mapping[str, str]),
        "selftest": SelfTest,
        "ask": Answer,
        "classify": [label],
        "label add": list[LabelRow],
        "label run": Run,
        "label review": list[VerdictRow],
        "label list": list[LabelRow],
        "label remove": {"removed": str},
        "bench": Rates,
        "watch": {},
        "doctor": {"checks": list[Check], "repaired": Repaired | None},
        "roots": list[Root],
        "why": Why,
        "retry": {"files": int},
        "forget": (Forgotten, {"documents": list[int], "paths": list[str]}, {"documents": int}),
        "compact": Compacted,
        "demo": {
            "searches": [{"query": str, "hits": list[Hit]}],
            "answers": list[Answer],
            "index": SyncReport,
        },
        "config": {"file": str, "settings": [setting]},
        "completion": {"script": str},
        "formats": list[FormatInfo],
        "schema": Mapping[str, Any],
        "schedule install": Plan,
        "schedule show": list[Installed],
        "schedule remove": list[str],
        "models list": list[ModelInfo],
        "models pull": list[ModelInfo],
        "models path": {"path": str},
    }


def schema(command: str = "") -> dict[str, Any]:
    """The schema of one command's output, or of every command's.

    :raises KeyError: no such command, or one without ``--json``.
    """
    known = shapes()
    records: dict[str, Any] = {}
    chosen = {command: known[command]} if command else known
    data = {name: _of(shape, records) for name, shape in chosen.items()}
    success = [
        _object({"gsearch": 1, "command": name, "ok": bool, "exit": int, "data": made}, records)
        for name, made in data.items()
    ]
    error = {"code": str, "message": str, "hint": str}
    failure = _object({"gsearch": 1, "command": str, "ok": False, "exit": int, "error": error}, records)
    return {
        "$schema": DIALECT,
        "title": "What gsearch prints under --json",
        "anyOf": [*success, failure],
        "$defs": dict(sorted(records.items())),
    }


def _object(items: Mapping[str, Any], records: dict[str, Any]) -> dict[str, Any]:
    """An object; a text that is no Unicode has its bytes beside it, in base64 under ``NAME_b64``."""
    properties = {
        name.removesuffix("?"): {"type": ["string", "null"], "format": "date-time"}
        if name in TIMES
        else _of(shape, records)
        for name, shape in items.items()
    }
    required = [name for name in items if not name.endswith("?")]
    return {"type": "object", "properties": properties, "required": required}


def _of(shape: Any, records: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, dict):
        made = {"type", "anyOf", "$ref"} & shape.keys()
        return shape if made else _object(shape, records)
    if isinstance(shape, tuple):
        return {"anyOf": [_of(each, records) for each in shape]}
    if isinstance(shape, list):
        return {"type": "array", "items": _of(shape[0], records)}
    if isinstance(shape, str | int):  # a constant, True and False among them
        return {"const": shape}
    if isinstance(shape, type) and is_dataclass(shape):
        return _record(shape, records)
    return _of_type(shape, records)


def _of_type(kind: Any, records: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [_of(each, records) for each in inner]}
    if origin is tuple and inner[-1:] != (Ellipsis,):
        return {"type": "array", "prefixItems": [_of(each, records) for each in inner]}
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {"type": "object", "additionalProperties": _of(inner[1], records)}
    if origin is not None:  # lists, tuples of one kind, sequences, sets
        return {"type": "array", "items": _of(inner[0], records)}
    if isinstance(kind, type) and issubclass(kind, PurePath):
        return _PLAIN[str]
    return dict(_PLAIN.get(kind, {}))


def _record(kind: type[Any], records: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in records:
        records[name] = {}  # a record may hold others of its kind
        hints = get_type_hints(kind)
        records[name] = _object({f.name: hints[f.name] for f in fields(kind)}, records)
        said = (kind.__doc__ or "").split("\n\n")[0]
        if said and not said.startswith(f"{name}("):
            records[name]["description"] = " ".join(said.split())
    return {"$ref": f"#/$defs/{name}"}
