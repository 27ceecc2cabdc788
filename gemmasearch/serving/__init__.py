"""A WARM HELPER: one process keeps an index and its models open and answers other commands over a Unix socket.

``connect(settings)`` gives a :class:`~gemmasearch.serving.client.Remote` that searches and asks like an
:class:`~gemmasearch.index.Index`, or None where no helper answers: then the caller opens the index itself. Both
ways give equal results. The socket lies in a folder that only its user can enter, both sides check who the other
is, and messages are versioned and bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gemmasearch.serving.client import Remote
    from gemmasearch.settings import Settings

__all__ = ["connect", "serve"]


def connect(settings: Settings) -> Remote | None:
    """The helper that serves the index of these settings with the same models; None if there is none."""
    from gemmasearch.serving import client

    return client.connect(settings)


def serve(
    settings: Settings,
    *,
    idle: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the index of these settings until ``stop()``, or until ``idle`` seconds pass without a request.

    :param ready: called with the socket's path once requests are accepted.
    :raises LockHeld: another helper serves this index.
    :raises IndexProblem: there is no index, or it cannot be used.
    """
    from gemmasearch.serving import server

    server.Server(settings).run(idle=idle, stop=stop, ready=ready)
