"""james-mime4j's own test messages: the part tree and the decoded text against the outputs it expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gemmasearch.readers import mime

RESOURCES = "mail/james-mime4j/core/src/test/resources"
Shape = tuple[Any, ...]


def expected(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(
        re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", path.read_text("utf-8", "replace"))
    )


def expected_shape(element: ElementTree.Element) -> Shape:
    """("multipart", parts...), ("message", part) or ("leaf",)."""
    for child in element:
        if child.tag == "multipart":
            return ("multipart", *(expected_shape(each) for each in child if each.tag == "body-part"))
        if child.tag == "message":
            return ("message", expected_shape(child))
    return ("leaf",)


def our_shape(part: mime.Part) -> Shape:
    if part.type.startswith("multipart/") and part.parameters.get("boundary"):
        return ("multipart", *map(our_shape, part.children))
    if part.children:
        return ("message", our_shape(part.children[0]))
    return ("leaf",)


def expected_bodies(element: ElementTree.Element) -> list[str]:
    return [words(each.text or "") for each in element.iter("body")]


def our_bodies(root: mime.Part) -> list[str]:
    """As sent: the transfer encoding is still on."""
    leaves = [part for part in root.walk() if our_shape(part) == ("leaf",)]
    return [words(_latin(part.raw[part.start : part.end])) for part in leaves]


def _latin(raw: bytes) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", raw.decode("utf-8", "replace"))


def words(text: str) -> str:
    return " ".join(text.split())


def pairs(shared_data: Path, suffix: str) -> Iterator[tuple[str, mime.Part, ElementTree.Element]]:
    for path in sorted((shared_data / RESOURCES).rglob("*.msg")):
        output = path.with_name(path.stem + suffix)
        if output.exists():
            yield path.stem, mime.parse(path.read_bytes()), expected(output)


@pytest.mark.shared
def test_the_part_tree_equals_mime4js(shared_data: Path) -> None:
    different = {
        name for name, root, xml in pairs(shared_data, ".xml") if our_shape(root) != expected_shape(xml)
    }
    assert different == set(DIFFERENT_SHAPES), different ^ set(DIFFERENT_SHAPES)


@pytest.mark.shared
def test_the_body_of_every_part_equals_mime4js(shared_data: Path) -> None:
    found = {
        name for name, root, xml in pairs(shared_data, ".xml") if our_bodies(root) != expected_bodies(xml)
    }
    assert found == set(DIFFERENT_BODIES), found ^ set(DIFFERENT_BODIES)


@pytest.mark.shared
def test_every_field_of_every_header_equals_mime4js(shared_data: Path) -> None:
    different = {
        name
        for name, root, xml in pairs(shared_data, "_decoded.xml")
        if our_fields(root) != expected_fields(xml)
    }
    assert different == set(DIFFERENT_FIELDS), different ^ set(DIFFERENT_FIELDS)


@pytest.mark.shared
def test_text_and_files_are_told_apart_as_by_mime4j(shared_data: Path) -> None:
    found = list(pairs(shared_data, "_decoded.xml"))
    different = {name for name, root, xml in found if our_kinds(root) != expected_kinds(xml)}
    assert different == set(DIFFERENT_SHAPES) and len(found) > 70


def our_fields(root: mime.Part) -> list[list[tuple[str, str]]]:
    return [[(name, words(_latin(value))) for name, value in part.fields] for part in root.walk()]


def expected_fields(element: ElementTree.Element) -> list[list[tuple[str, str]]]:
    headers = [[each.text or "" for each in h if each.tag == "field"] for h in element.iter("header")]
    return [[(f.partition(":")[0].strip().lower(), words(f.partition(":")[2])) for f in h] for h in headers]


def our_kinds(root: mime.Part) -> list[str]:
    leaves = (part for part in root.walk() if our_shape(part) == ("leaf",))
    return ["text-body" if part.type.startswith("text/") else "binary-body" for part in leaves]


def expected_kinds(element: ElementTree.Element) -> list[str]:
    return [each.tag for each in element.iter() if each.tag in ("text-body", "binary-body")]


@pytest.mark.shared
def test_every_decoded_file_equals_mime4js(shared_data: Path) -> None:
    compared = 0
    for path in sorted((shared_data / RESOURCES).rglob("*_decoded_*.bin")):
        message = path.with_name(path.stem.partition("_decoded_")[0] + ".msg")
        if message.stem not in DIFFERENT_SHAPES:
            ours = decoded(mime.parse(message.read_bytes()))
            if path.name in DIFFERENT_FILES:
                ours = [each[:-2] for each in ours]
            assert path.read_bytes() in ours, path.name
            compared += 1
    assert compared > 25


def decoded(root: mime.Part) -> list[bytes]:
    return [part.body() for part in root.walk()]


# Where the two differ, and why.
_ENCODED = "a message in base64 is decoded when it is read as an attachment, not while the tree is built"
_BODY = "a line that is no field ends the header here and starts the body; mime4j drops it or goes on"
DIFFERENT_SHAPES = {
    "multi-2gifs-base64": _ENCODED,
    "bad-newlines-multiple-parts-base64": _ENCODED,
    "base64encoded-rfc822message-nested": _ENCODED,
    "base64encoded-rfc822message": _ENCODED,
}
DIFFERENT_BODIES = {
    **DIFFERENT_SHAPES,
    "hdr-fakeout": _BODY,
    "basic-plain-with-bad-header-separator": _BODY,
    "malformedHeader-nocrlfcrlf": _BODY,
    "malformedHeader-noheader": _BODY,
    "malformedHeaderStartsBody-nocrlfcrlf": _BODY,
    "malformedHeaderStartsBody-noheader": _BODY,
    "obsolete": _BODY,
}
DIFFERENT_FIELDS = {**DIFFERENT_SHAPES, "malformedHeader-nocrlfcrlf": _BODY, "obsolete": _BODY}
# Base64 that breaks off: the last, incomplete group is read as well.
DIFFERENT_FILES = {"frag_decoded_1_2_1_2_1_2_1_2.bin", "multi-frag_decoded_1_3_2.bin"}
