"""Our dataclasses are what the standard decorator makes, but for what it costs to define them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from gemmasearch import light


def made_by(decorator: Callable[..., Any]) -> Any:
    @decorator(frozen=True, slots=True)
    class Thing:
        name: str
        size: int = 3
        tags: list[str] = dataclasses.field(default_factory=list)
        note: str = dataclasses.field(default="", repr=False, compare=False)

        @property
        def long(self) -> str:
            return self.name * self.size

    return Thing


OURS, THEIRS = made_by(light.dataclass), made_by(dataclasses.dataclass)


def test_objects_are_made_shown_and_changed_as_ever() -> None:
    for cls in (OURS, THEIRS):
        thing = cls("a", tags=["x"], note="n")
        assert (thing.size, thing.long, thing.note, cls("b").tags) == (3, "aaa", "n", [])
        assert cls("b").tags is not cls("b").tags
        assert dataclasses.replace(thing, size=5) == cls("a", 5, ["x"])
        assert dataclasses.asdict(thing) == {"name": "a", "size": 3, "tags": ["x"], "note": "n"}
        assert copy.copy(thing) == thing and copy.deepcopy(thing) == thing
        assert not hasattr(thing, "__dict__")
        match thing:
            case cls(name, size):
                assert (name, size) == ("a", 3)
    assert repr(OURS("a", 1)) == repr(THEIRS("a", 1))


def test_equal_objects_have_equal_values_and_one_class() -> None:
    assert OURS("a") == OURS("a", note="other") and OURS("a") != OURS("b") and OURS("a") != THEIRS("a")

    @light.dataclass(frozen=True)
    class Key:
        number: int

    assert len({Key(1), Key(1), Key(2)}) == 2


def test_a_frozen_one_refuses_every_change() -> None:
    thing = OURS("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del thing.name
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        OURS()


def test_another_one_changes_and_is_no_key() -> None:
    @light.dataclass(slots=True)
    class Count:
        number: int = 0
        double: int = 0

        def __post_init__(self) -> None:
            self.double = 2 * self.number

    count = Count(2)
    count.number += 1
    assert (count.number, count.double) == (3, 4)
    with pytest.raises(TypeError):
        hash(count)


def test_records_survive_pickling() -> None:
    from gemmasearch.documents import FileStamp

    stamp = FileStamp(1, 2, 3, 4, 5)
    assert pickle.loads(pickle.dumps(stamp)) == stamp


def test_a_late_pattern_is_the_pattern() -> None:
    found = light.pattern(r"(\w)=(\d)")
    assert found.findall("a=1 b=2") == [("a", "1"), ("b", "2")] and found.search("c") is None
    assert found.pattern == r"(\w)=(\d)"
