"""The ignore files along a path: .gitignore and .gsearchignore, in gitignore's syntax."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAMES = (".gitignore", ".gsearchignore")  # in this order: the later one has the last word
LONGEST = 1_000_000  # bytes of an ignore file that are read


@dataclass(frozen=True, slots=True)
class Ignores:
    """What the folders from the root down to here say."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    excluded: GitIgnoreSpec | None = None  # of the root's own options: no ignore file overrules it
    root: str = ""

    @classmethod
    def of_root(
        cls, root: str, exclude: Sequence[str], above: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    ) -> Ignores:
        return cls(above, _spec(exclude) if exclude else None, root)

    @property
    def any(self) -> bool:
        return bool(self.specs) or self.excluded is not None

    def within(self, folder: str, names: Collection[str]) -> Ignores:
        """The same with what the ignore files of ``folder`` add."""
        added = [(folder, spec) for name in NAMES if name in names and (spec := _read(folder, name))]
        return Ignores((*self.specs, *added), self.excluded, self.root) if added else self

    def refuse(self, path: str, folder: bool) -> bool:
        """The innermost rule that speaks of a path decides, as in git."""
        if self.excluded and self.excluded.match_file(_relative(path, self.root, folder)):
            return True
        verdict = False
        for base, spec in self.specs:
            said = spec.check_file(_relative(path, base, folder)).include
            verdict = verdict if said is None else said
        return verdict


def inherited(
    root: str, outer: Collection[str], relied_on: Callable[[str], None] = lambda path: None
) -> tuple[tuple[str, GitIgnoreSpec], ...]:
    """What the ignore files of the roots that a root lies in say of it, from the outermost that does not name the
    root itself: that it was registered overrules those.

    :param relied_on: gets the path of each ignore file that is looked for.
    """
    for start in sorted(outer, key=len):
        ignores, folder = Ignores(), start
        for step in root[len(start.rstrip("/")) + 1 :].split("/"):
            for name in NAMES:
                relied_on(os.path.join(folder, name))
            ignores = ignores.within(folder, NAMES)
            folder = os.path.join(folder, step)
            if ignores.refuse(folder, True):
                break
        else:
            return ignores.specs
    return ()


def matches(patterns: tuple[str, ...], path: str, root: str) -> bool:
    """Whether a file below ``root`` matches one of the patterns."""
    return bool(_cached(patterns).match_file(_relative(path, root, False)))


_SPECS: dict[tuple[str, ...], GitIgnoreSpec] = {}


def _cached(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    if patterns not in _SPECS:
        _SPECS.clear()
        _SPECS[patterns] = _spec(patterns)
    return _SPECS[patterns]


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    legal = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # git skips a pattern that makes no sense, too
        legal.append(line)
    return GitIgnoreSpec.from_lines(legal)


def _read(folder: str, name: str) -> GitIgnoreSpec | None:
    path = os.path.join(folder, name)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(fd, encoding="utf-8", errors="surrogateescape") as stream:
            return _spec(stream.read(LONGEST).splitlines())
    except OSError:
        return None  # rules that cannot be read rule nothing


def _relative(path: str, base: str, folder: bool) -> str:
    return path[len(base.rstrip("/")) + 1 :] + ("/" if folder else "")
