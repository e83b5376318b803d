"""What several commands share: types of arguments, options, and the order they are listed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from publisher.people.resolution import OPERATOR
from publisher.releases.number import Number


class _Number(click.ParamType[Number]):
    name = "RELEASE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Number:
        number = value if isinstance(value, Number) else Number.parse(str(value))
        if number is None:
            self.fail(f"{value!r} is not a release number, such as 2 or 2.1", param, ctx)
        return number


class _Day(click.ParamType[dt.date | None]):
    name = "DATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date | None:
        if value == "unknown" or isinstance(value, dt.date):
            return None if value == "unknown" else value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2027-03-01", param, ctx)


class WorkGroup(click.Group):
    """Lists its commands in the order in which they were added: that of the work."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


RELEASE_TYPE, DATE_TYPE = _Number(), _Day()

_F = TypeVar("_F", bound=Callable[..., Any])


def output_option(function: _F) -> _F:
    """Adds `--output FILE`, the parameter `output`: None stands for standard output."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of standard output.",
    )(function)


def _role(ctx: click.Context, param: click.Parameter, value: str) -> str:
    role = " ".join(value.split())
    if not role or "@" in role:
        raise click.BadParameter("name a role, such as legal, and no person", ctx, param)
    return role


role_option = click.option(
    "--role",
    default=OPERATOR,
    show_default=True,
    envvar="PUBLISHER_ROLE",
    metavar="ROLE",
    callback=_role,
    help="The role in which you decide, kept on record: a role, never a name.",
)


def choice(name: str, value: str, help_: str) -> Callable[[_F], _F]:
    """An option that is one of several; two of them at once are refused.

    Args:
        name: of the option, such as `--again`.
        value: of the parameter `outcome` where this option is chosen.
        help_: what `--help` says of it.
    """

    def chosen(ctx: click.Context, _: click.Parameter, given: bool) -> None:
        before = ctx.params.get("outcome")
        if given and before is not None:
            raise click.UsageError(f"{name} contradicts another option: choose one of them")
        ctx.params["outcome"] = value if given else before

    key = name.strip("-").replace("-", "_")
    return click.option(
        name, f"choice_{key}", is_flag=True, expose_value=False, callback=chosen, help=help_
    )
