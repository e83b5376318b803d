"""What several commands share: types of arguments, options, and the order they are listed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from publisher.actions.workplace import Workplace
from publisher.answers.list_forms import ListForm
from publisher.cli.invocation import Invocation
from publisher.errors import PublisherError
from publisher.people.resolution import OPERATOR
from publisher.releases.number import Number

DRAFT_WORD = "draft"
"""Names the draft where a release may be named too."""


class _Number(click.ParamType[Number]):
    name = "RELEASE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Number:
        if isinstance(value, Number):
            return value
        policy, _, written = str(value).rpartition("/")  # lists name it `privacy/2`
        number = Number.parse(written)
        asked = ctx.find_object(Invocation) if ctx else None
        if number is None or (policy and asked is None):
            self.fail(f"{value!r} is not a release number, such as 2 or 2.1", param, ctx)
        if policy and asked and policy != (asked.wanted or policy):
            self.fail(f"{value!r} is not of the policy {asked.wanted}", param, ctx)
        if policy and asked:
            asked.wanted = policy
        return number

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return _completed(ctx, incomplete)


class _Wanted(click.ParamType[Number | str]):
    """A release number, or the word for the draft."""

    name = "RELEASE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Number | str:
        return DRAFT_WORD if value == DRAFT_WORD else RELEASE_TYPE.convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return _completed(ctx, incomplete, DRAFT_WORD)


def complete_versions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """What a shell offers where a version is named: releases, and the draft."""
    return _completed(ctx, incomplete, DRAFT_WORD)


def complete_policies(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """What a shell offers where a policy is named."""
    try:
        ids = Workplace.find(_start(ctx)).policy_ids
    except (PublisherError, OSError):
        return []
    return [CompletionItem(each) for each in ids if each.startswith(incomplete)]


def _completed(ctx: click.Context, incomplete: str, *others: str) -> list[CompletionItem]:
    """The numbers of releases that begin like this; none where there is no project."""
    from publisher.actions.release_numbers import release_numbers

    wanted = ctx.find_root().params.get("policy")
    try:
        workplace = Workplace.find(_start(ctx))
        numbers = release_numbers(workplace, [wanted] if wanted else workplace.policy_ids)
    except (PublisherError, OSError):
        return []
    return [CompletionItem(n) for n in (*map(str, numbers), *others) if n.startswith(incomplete)]


def _start(ctx: click.Context) -> Path:
    """Where the project is looked for; a shell asks before any command has begun."""
    return Path(ctx.find_root().params.get("start") or ".")


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


class DefaultGroup(WorkGroup):
    """Its first command is meant where none is named: `notice 2` is `notice show 2`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = next((word for word in args if not word.startswith("-")), "")
        helped = args[:1] in (["--help"], ["-h"])
        if args and not helped and named not in self.commands:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


RELEASE_TYPE, WANTED_TYPE, DATE_TYPE = _Number(), _Wanted(), _Day()

_F = TypeVar("_F", bound=Callable[..., Any])
_SECTION = "LANGUAGE[:SECTION]"


def output_option(function: _F) -> _F:
    """Adds `--output FILE`, the parameter `output`: None stands for standard output."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of standard output.",
    )(function)


def freeze_options(function: _F) -> _F:
    """Adds what a freeze is asked for beside the day: `correction`, `supplement`, `lagging`,
    `unaffected`.
    """
    correction = "Freeze an editorial correction, which is not announced."
    supplement = "A correction that tells what the letter before did not, in notes/_summary.md."
    lagging = "Mark a translation as out of date; its readers are told so."
    unaffected = "Confirm that the changes do not affect this translation."
    for add in (
        click.option("--unaffected", multiple=True, metavar=_SECTION, help=unaffected),
        click.option("--lagging", multiple=True, metavar=_SECTION, help=lagging),
        click.option("--supplement", is_flag=True, help=supplement),
        click.option("--correction", is_flag=True, help=correction),
    ):
        function = add(function)
    return function


def _role(ctx: click.Context, param: click.Parameter, value: str) -> str:
    role = " ".join(value.split())
    if not role or "@" in role:
        raise click.BadParameter("name a role, such as legal, and no person", ctx, param)
    return role


role_option = click.option(
    "--role",
    "--as",
    "role",
    default=OPERATOR,
    show_default=True,
    envvar="PUBLISHER_ROLE",
    metavar="ROLE",
    callback=_role,
    help="The role in which you decide, kept on record: a role, never a name.",
)


def list_form_option(function: _F) -> _F:
    """Adds `--format`, the parameter `form`: how a list is printed."""
    return click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in ListForm]),
        default=ListForm.TABLE.value,
        show_default=True,
        help="Output format.",
    )(function)


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
