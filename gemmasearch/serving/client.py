"""The command's side: ask the helper if there is one. Imports next to nothing, for it is on every search's way."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gemmasearch import __version__
from gemmasearch.documents import Answer, Hit
from gemmasearch.serving import wire

if TYPE_CHECKING:
    import _socket

    from gemmasearch.settings import Settings

ANSWER_SECONDS = 120.0  # without a single message


def greeted(connection: _socket.socket, settings: Settings) -> Remote | None:
    """The helper at the other end, if it serves these settings. Never raises: whatever is wrong, the command does
    it itself."""
    try:
        wire.send(connection, {"v": wire.VERSION, "program": __version__, "settings": _values(settings)})
        connection.settimeout(2.0)
        if wire.receive(connection, wire.MAX_ANSWER).get("ok") is not True:
            raise wire.Refused("the helper keeps other models, or is of another version")
    except (OSError, EOFError, wire.Refused):
        connection.close()
        return None
    return Remote(connection)


class Remote:
    """An index behind a socket: ``search``, ``ask``, ``similar`` and ``notes`` of
    :class:`~gemmasearch.index.Index`.

    :raises GsearchError: from all three, as the index would.
    :raises ConnectionError: the helper ended in mid-answer; doing it again without it is safe.
    """

    def __init__(self, connection: _socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(ANSWER_SECONDS)
        self.notes: list[str] = []

    def search(self, query: str, **options: Any) -> list[Hit]:
        found = self._call("search", [query], options)
        return [wire.unpack(Hit, hit) for hit in found]

    def ask(self, question: str, *, on_text: Callable[[str], None] | None = None, **options: Any) -> Answer:
        answer: Answer = wire.unpack(Answer, self._call("ask", [question], options, on_text))
        return answer

    def similar(self, target: str = "", **options: Any) -> list[Hit]:
        # The helper has another current folder; a handle (c123) is no path.
        handle = target[:1] == "c" and target[1:].isdigit() and not os.path.exists(target)
        place = target if handle or not target else os.path.abspath(target)
        return [wire.unpack(Hit, hit) for hit in self._call("similar", [place], options)]

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(
        self,
        name: str,
        arguments: list[str],
        options: dict[str, Any],
        on_text: Callable[[str], None] | None = None,
    ) -> Any:
        request = {"do": name, "arguments": arguments, "options": options, "stream": on_text is not None}
        try:
            wire.send(self._connection, request)
            while "text" in (message := wire.receive(self._connection, wire.MAX_ANSWER)):
                if on_text:
                    on_text(str(message["text"]))
        except (EOFError, TimeoutError, wire.Refused) as e:
            raise ConnectionError(f"the helper did not answer: {e}") from e
        if "failed" in message:
            raise ConnectionError(f"the helper failed: {message['failed']}")
        if "error" in message:
            raise _error(message["error"])
        self.notes += message["notes"]
        return message["result"]


def _error(told: dict[str, str]) -> Exception:
    from gemmasearch import errors

    kind = getattr(errors, str(told.get("kind")), errors.GsearchError)
    if not (isinstance(kind, type) and issubclass(kind, errors.GsearchError)):
        kind = errors.GsearchError
    return kind(str(told.get("message")), str(told.get("hint", "")))


def _values(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    del values["origins"]
    return values
