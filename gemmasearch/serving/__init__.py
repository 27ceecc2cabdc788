"""A WARM HELPER: one process keeps an index and its models open and answers other commands over a Unix socket.

``connect(settings)`` gives a :class:`~gemmasearch.serving.client.Remote` that searches and asks like an
:class:`~gemmasearch.index.Index`, or None where no helper answers: then the caller opens the index itself. Both
ways give equal results. The socket lies in a folder that only its user can enter, both sides check who the other
is, and messages are versioned and bounded.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing costs as much as asking the helper
if TYPE_CHECKING:
    from collections.abc import Callable

    from gemmasearch.serving.client import Remote
    from gemmasearch.serving.server import Command
    from gemmasearch.settings import Settings

__all__ = ["connect", "serve"]


def connect(settings: Settings) -> Remote | None:
    """The helper that serves the index of these settings with the same models; None if there is none."""
    from gemmasearch.serving import door

    connection = door.knock(str(settings.db_path))
    if connection is None:
        return None
    from gemmasearch.serving import client

    return client.greeted(connection, settings)


def serve(
    settings: Settings,
    *,
    idle: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    ready: Callable[[str], None] = lambda address: None,
    command: Command | None = None,
) -> None:
    """Serve the index of these settings until ``stop()``, or until ``idle`` seconds pass without a request.

    :param command: runs a whole command for a client, see :class:`~gemmasearch.serving.server.Server`.
    :param ready: called with the socket's path once requests are accepted.
    :raises LockHeld: another helper serves this index.
    :raises IndexProblem: there is no index, or it cannot be used.
    """
    from gemmasearch.serving import server

    server.Server(settings, command).run(idle=idle, stop=stop, ready=ready)
