"""The command that reminds customers of a release that they were told of."""

from __future__ import annotations

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import RELEASE_TYPE
from publisher.releases.number import Number


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.option("--confirm", is_flag=True, help="Send the reminders (default: only show the plan).")
@click.pass_obj
def remind_command(asked: Invocation, /, release: Number, confirm: bool) -> None:
    """Remind customers of the last day to opt out.

    It goes, once, to who was told of the release and has declared nothing, where the policy asks
    for it. Outside of its days nobody is reminded, so it may be run every day.
    """
    from publisher.actions.plan_reminding import plan_reminding
    from publisher.actions.remind import remind

    workplace, policy_id = asked.workplace, asked.policy
    if not confirm:
        plan = plan_reminding(workplace, policy_id, release)
        for line in plan.lines():
            console.print_line(line)
        if plan.count:
            send_it = f"Nothing was sent. To send: publisher remind {release} --confirm"
            console.print_line(asked.as_typed(send_it, policy_id))
        return
    with console.show_progress(asked.quiet) as progress:
        report = remind(workplace, policy_id, release, progress, console.print_line)
    for line in report.lines():
        console.print_line(line)
    if report.unsettled:
        raise click.exceptions.Exit(FINDINGS)
