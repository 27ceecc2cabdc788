"""``watch`` and ``schedule``: staying up to date without being asked."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import views
from gemmasearch.cli.indexing import stop_on_signals
from gemmasearch.cli.render import Output
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import MachineRefused

if TYPE_CHECKING:
    from gemmasearch.documents import SyncReport
    from gemmasearch.indexing.schedule import Plan


def watch(
    session: Session,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Keep the usual priority instead of the lowest.")
    ] = False,
    battery: Annotated[
        bool, typer.Option("--battery", help="Go on while the machine runs on battery.")
    ] = False,
    embedder: EmbedderOption = None,
) -> int:
    """Keep all registered folders up to date until Ctrl-C, as files change."""
    from gemmasearch.known import step_back

    out = session.out
    if not foreground:
        step_back()

    def done(report: SyncReport) -> None:
        out.note(views.sync_summary(report))

    with session.index(create=True) as index, stop_on_signals(out, "stopping") as stop:
        index.watch(stop=stop, done=done, say=out.note, battery=battery)
    return out.result({}, lambda: None)


def install(
    session: Session,
    every: Annotated[str, typer.Option("--every", metavar="INTERVAL", help="30m, 2h, 1d …")] = "30m",
    print_: Annotated[
        bool, typer.Option("--print", help="Show what would be written, and write nothing.")
    ] = False,
) -> int:
    """Run `gsearch index` on time: with systemd, launchd or cron, whichever the machine has."""
    from gemmasearch.known import install_schedule, schedule

    out = session.out
    try:
        plan = schedule(every, session.settings)
    except MachineRefused as e:
        if not print_:
            raise
        out.note(f"{e.message}; this is the line for a crontab elsewhere")
        plan = schedule(every, session.settings, system="cron")
    if not print_:
        install_schedule(plan)
        out.note(f"installed with {plan.system}, every {every}")
    return out.result(plan, lambda: _show_plan(out, plan))


def _show_plan(out: Output, plan: Plan) -> None:
    for path, text in plan.files.items():
        out.line(f"# {path}")
        out.line(text)
    if plan.line:
        out.line(plan.line)
    out.lines(f"$ {shlex.join(command)}" for command in plan.commands)


def show(session: Session) -> int:
    """List the schedules that are installed."""
    from gemmasearch.known import installed_schedules

    found = installed_schedules()
    return session.out.result(found, lambda: session.out.lines(found))


def remove(session: Session) -> int:
    """Take the schedule out again."""
    from gemmasearch.known import remove_schedule

    gone = remove_schedule()
    return session.out.result(gone, lambda: session.out.lines(gone))


COMMANDS = (
    CommandSpec("watch", watch),
    CommandSpec("install", install, group="schedule"),
    CommandSpec("show", show, group="schedule"),
    CommandSpec("remove", remove, group="schedule"),
)
