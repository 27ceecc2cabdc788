"""Patterns that are taken from the cache are what Python makes, and nothing else is ever taken or kept."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch import compiled, light

TEXT, FLAGS = r"(?P<day>\d{1,2})\. (?P<month>[a-zäöü]+)|(?i:never)", re.I | re.M


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The cache folder, before the first command on a machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    anew(monkeypatch)
    yield tmp_path / "cache" / "gsearch"
    light.compile_with(re.compile)


def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process begins."""
    monkeypatch.setattr(compiled, "_known", None)
    monkeypatch.setattr(compiled, "_new", {})
    monkeypatch.setattr(compiled, "_used", set())


def used(text: str = TEXT, flags: int = FLAGS) -> re.Pattern[str]:
    with compiled.kept():
        return compiled.of(text, flags)


def test_a_kept_pattern_is_the_one_that_python_makes(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = used()
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and cache.stat().st_mode & 0o777 == 0o700
    anew(monkeypatch)
    monkeypatch.setattr(compiled, "_compiled", None)  # nothing is compiled any more
    again = used()
    assert again == made == re.compile(TEXT, FLAGS)
    assert again.flags == made.flags and again.groupindex == {"day": 1, "month": 2}
    assert again.search("am 3. März").groupdict() == {"day": "3", "month": "März"}  # type: ignore[union-attr]
    assert list(cache.iterdir()) == [file]


def test_a_command_uses_them_and_adds_what_is_new(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = light.pattern(TEXT, FLAGS)
    with compiled.kept():
        assert late.match("1. mai")
    used("other")
    anew(monkeypatch)
    with compiled.kept():
        assert set(compiled._known or ()) == {(TEXT, int(FLAGS)), ("other", int(FLAGS))}


@pytest.mark.parametrize(
    "harm", ["cut", "flipped", "empty", "of another kind", "writable by others", "a link"]
)
def test_a_file_that_is_not_as_it_was_written_is_not_read(
    cache: Path, harm: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    used()
    (file,) = cache.iterdir()
    raw = file.read_bytes()
    match harm:
        case "cut":
            file.write_bytes(raw[:-9])
        case "flipped":
            file.write_bytes(raw[:40] + bytes([raw[40] ^ 1]) + raw[41:])
        case "empty":
            file.write_bytes(b"")
        case "of another kind":
            file.write_bytes(compiled.blake2b(b"i\1\0\0\0", digest_size=16).digest() + b"i\1\0\0\0")
        case "writable by others":
            file.chmod(0o622)
        case "a link":
            file.rename(tmp_path / "elsewhere")
            file.symlink_to(tmp_path / "elsewhere")
    anew(monkeypatch)
    assert compiled._read(compiled._place()) == {}
    assert used() == re.compile(TEXT, FLAGS)
    anew(monkeypatch)
    assert len(compiled._read(compiled._place())) == 1 and not file.is_symlink()


def test_numbers_that_python_does_not_take_are_made_anew(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used()
    key = (TEXT, int(FLAGS))
    for wrong in ((1, b"\0" * 8, 1, {}, ()), (1, b"odd", 1, {}, ()), (), ("no",)):
        anew(monkeypatch)
        with compiled.kept():
            monkeypatch.setitem(compiled._known, key, wrong)  # type: ignore[arg-type]
            assert compiled.of(TEXT, FLAGS) == re.compile(TEXT, FLAGS)


def test_without_a_cache_folder_all_is_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    anew(monkeypatch)
    assert used() == re.compile(TEXT, FLAGS)
    light.compile_with(re.compile)


def test_an_error_in_a_pattern_is_pythons_own(cache: Path) -> None:
    with pytest.raises(re.error, match="unterminated"):
        used("(")
    assert not cache.exists()


def test_many_replaced_patterns_do_not_stay(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MOST", 3)
    for text in "abcd":
        used(text, 0)
        anew(monkeypatch)
    with compiled.kept():
        assert set(compiled._known or ()) == {("d", 0)}


@pytest.mark.slow
def test_only_patterns_of_the_program_are_kept(cache: Path, tmp_path: Path) -> None:
    """What somebody asks for is in none of them: they are made when their module is loaded."""
    (tmp_path / "a.md").write_text("The boiler was serviced by Zanzibarcanary on 3 May 2025.\n")
    command = [sys.executable, "-m", "gemmasearch"]
    db = ["--db", str(tmp_path / "i" / "index.db"), "--embedder", "static"]
    environment = {**os.environ, "HOME": str(tmp_path), "GSEARCH_GENERATOR": "none"}
    for line in (["index", str(tmp_path / "a.md")], ["ask", "--extract", "When did Zanzibarcanary service the boiler?"],
                 ["search", "zanzibarcanar*", "OR", '"boiler Zanzibarcanary"']):  # fmt: skip
        subprocess.run([*command, *line, *db], env=environment, check=True, capture_output=True)
    (file,) = (path for path in cache.iterdir() if path.name.startswith("patterns-"))
    assert b"anzibarcanar" not in file.read_bytes() and b"boiler" not in file.read_bytes()
    inside = [
        f"{path.name}:{call.lineno}"
        for path in Path(light.__file__).parent.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("light.pattern", "pattern", "compiled.of")
    ]
    assert not inside
