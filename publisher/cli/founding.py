"""The commands that begin a policy repository, and say what of it is older than the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import output_option
from publisher.errors import ConfigurationError
from publisher.founding.order import (
    MAILBOXES,
    FoundedPolicy,
    FoundingOrder,
    PastOfPolicy,
    SourceText,
    unusable_answer,
)

_ASKED = {
    "name": ("--name", "Name of the organisation", '"Example Hosting GmbH"'),
    "address": (
        "--address",
        "Its postal address, lines separated by ;",
        '"Musterweg 1; 10115 Berlin"',
    ),
    "site": ("--site", "Address of the site", "https://policies.hosting.example/"),
    "sender": ("--from", "Mail address that letters come from", "notices@hosting.example"),
    "reply": ("--opt-out", "Mail address for opt-outs", "opt-out@hosting.example"),
}
"""What has to be said: the option, how it is asked for, and an example."""


@dataclass(frozen=True)
class _Said:
    """What the options said, by the names of their parameters."""

    options: dict[str, Any]

    @property
    def nothing(self) -> bool:
        return not any(self.options.values())

    def __getattr__(self, name: str) -> Any:
        return self.options[name]


@click.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="Name of the organisation.")
@click.option("--address", help="Its postal address, lines separated by semicolons.")
@click.option("--site", metavar="URL", help="Address of the published site.")
@click.option("--from", "sender", metavar="MAIL", help="Address that letters come from.")
@click.option("--opt-out", "reply", metavar="MAIL", help="Address for opt-outs by e-mail.")
@click.option("--mailings", metavar="MAIL", help="Mailbox to leave and join mailings; gets a page.")
@click.option("--personal-data", metavar="MAIL", help="Mailbox for personal data; gets a page.")
@click.option("--questions", metavar="MAIL", help="Mailbox for questions; gets a page.")
@click.option("--contact", metavar="MAIL", help="Where questions go (default: that of --from).")
@click.option(
    "--language", "languages", multiple=True, metavar="TAG",
    help="Of the texts; the first decides, the others are translations (default: en).",
)  # fmt: skip
@click.option(
    "--policy", "policies", multiple=True, metavar="ID",
    help="A policy, such as privacy or terms; without --text or --history from a template.",
)  # fmt: skip
@click.option(
    "--title", "titles", multiple=True, nargs=2, metavar="ID[:TAG] WORDS",
    help="What a policy is called (default: the heading of its text).",
)  # fmt: skip
@click.option(
    "--text", "texts", multiple=True, nargs=2, metavar="ID[:TAG] FILE",
    help="The text of a policy: one file of Markdown, HTML or plain text.",
)  # fmt: skip
@click.option(
    "--history", "pasts", multiple=True, nargs=3, metavar="ID REPO PATH",
    help="Import every text that a Markdown file had in a git repository.",
)  # fmt: skip
@click.option("--time-zone", metavar="ZONE", help="In which days begin (default: UTC).")
@click.option("--profile", help="Rules of notice that a lawyer picked (default: promise).")
@click.option(
    "--owner", "owners", multiple=True, metavar="NAME",
    help="Whose review a pull request needs, such as @company/legal.",
)  # fmt: skip
@click.option("--check", "checked", is_flag=True, help="Only say what is older than the program.")
@click.option("--renew", is_flag=True, help="Bring up to date what nobody changed.")
@click.option(
    "--settled", multiple=True, metavar="FILE", help="You have brought this file up to date."
)
@click.pass_obj
def init_command(
    asked: Invocation,
    /,
    folder: Path,
    checked: bool,
    renew: bool,
    settled: tuple[str, ...],
    **options: Any,
) -> None:
    """Begin a policy repository in a folder.

    It asks at a terminal for what the options leave open.
    Files that are there already are never overwritten.
    """
    said, folder = _Said(options), asked.go_to(folder)
    if checked or renew or settled:
        if not said.nothing:
            raise click.UsageError("--check, --renew and --settled go without the other options")
        _laid_down(asked, renew, settled)
        return
    from publisher.actions.init import init

    order = _order(said, adds=(folder / "publisher.toml").is_file())
    with console.show_progress(asked.quiet) as progress:
        founded = init(folder, order, asked.clock, progress, asked.say)
    if not asked.quiet:
        for line in founded.lines():
            console.print_line(line)


@click.command()
@click.argument("file", metavar="publisher.toml|policy.toml")
@output_option
def schema_command(file: str, output: Path | None) -> None:
    """Print the JSON Schema of a settings file.

    Editors complete and explain the file by it, where its first line names it: `#:schema FILE`.
    """
    from publisher.actions.schema import schema

    console.write_document(output, schema(file))


def _laid_down(asked: Invocation, renew: bool, settled: tuple[str, ...]) -> None:
    from publisher.actions.laid_down import laid_down

    due = 0
    for report in laid_down(asked.workplace, renew=renew, settled=settled):
        due += report.is_due
        if report.is_due or report.renewed:
            for line in report.lines():
                asked.say(line)
    if due:
        asked.say(
            "Next: publisher init --renew brings up to date what nobody changed here; then "
            "publisher init --settled FILE says that you have seen to one by hand"
        )
        raise click.exceptions.Exit(FINDINGS)
    asked.say("Everything is as this program lays it down, or was changed here")


# ── what is said, and asked for ──────────────────────────────────────────────────────────────────


def _order(said: _Said, *, adds: bool) -> FoundingOrder:
    """What the options say, and what is asked for beside them.

    Args:
        said: by the options.
        adds: there is a project, which says what nobody said.

    Raises:
        ConfigurationError: something is missing, and nobody can be asked.
    """
    missing = [name for name in _ASKED if not said.options[name]]
    if adds and len(missing) == len(_ASKED):
        return _addition(said)
    if missing and not console.somebody_is_there():
        named = " ".join(f"{_ASKED[name][0]} {_ASKED[name][2]}" for name in missing)
        raise ConfigurationError(
            f"nobody says {', '.join(_ASKED[name][0] for name in missing)}, and without a terminal "
            "nothing is asked",
            remedy=f"add: {named}",
        )
    everything = said.nothing
    values = {name: said.options[name] or _answer(*_ASKED[name][:2]) for name in _ASKED}
    languages = said.languages or _tags(said.texts)
    languages = languages or _several(everything, "--language", "Languages of the texts", "en")
    texts = _by_language(said.texts, languages)
    ids = _ids(said) or _several(everything, "--policy", "Policies", "privacy")
    if everything:
        texts = _asked_texts(ids, languages[0])
    zone = said.time_zone
    if everything:
        zone = _answer("--time-zone", "Time zone", "UTC")
    address = values["address"].replace(";", "\n").split("\n")
    return FoundingOrder(
        name=values["name"],
        address="\n".join(line.strip() for line in address),
        site=values["site"],
        sender=values["sender"],
        reply=values["reply"],
        contact=said.contact or values["sender"],
        languages=languages,
        policies=_policies(said, ids, languages, texts),
        time_zone=zone or "UTC",
        profile=said.profile or "promise",
        owners=said.owners,
        mailboxes={key: said.options[key] for key in MAILBOXES if said.options[key]},
    )


def _addition(said: _Said) -> FoundingOrder:
    """The policies that are to be added to a project.

    Raises:
        ConfigurationError: none is named.
    """
    ids = _ids(said)
    if not ids:
        raise ConfigurationError(
            "there is a project here already",
            where="publisher.toml",
            remedy="publisher init --policy terms adds a policy to it; publisher init --check says "
            "what of it is older than the program",
        )
    languages = said.languages or _tags(said.texts) or ("en",)
    texts = _by_language(said.texts, languages)
    return FoundingOrder(
        name="",
        address="",
        site="",
        sender="",
        reply="",
        contact=said.contact or "",
        languages=languages,
        policies=_policies(said, ids, languages, texts),
        profile=said.profile or "promise",
    )


def _ids(said: _Said) -> list[str]:
    """Each policy that is named anywhere."""
    named = [*said.policies, *(name for name, _ in said.texts), *(each[0] for each in said.pasts)]
    return list(dict.fromkeys(name.partition(":")[0] for name in named))


def _policies(
    said: _Said,
    ids: Sequence[str],
    languages: Sequence[str],
    texts: Mapping[str, Mapping[str, str]],
) -> list[FoundedPolicy]:
    titles = _by_language(said.titles, languages)
    pasts = {policy_id: PastOfPolicy(repo, path) for policy_id, repo, path in said.pasts}
    return [
        FoundedPolicy(
            each,
            titles.get(each, {}),
            {tag: _source(name) for tag, name in texts.get(each, {}).items()},
            pasts.get(each),
        )
        for each in ids
    ]


def _tags(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The languages that texts are named in."""
    named = (name.partition(":")[2] for name, _ in pairs)
    return list(dict.fromkeys(filter(None, named)))


def _by_language(
    pairs: Sequence[tuple[str, str]], languages: Sequence[str]
) -> dict[str, dict[str, str]]:
    """What was said of policies, by id and language; the first one where none is named."""
    found: dict[str, dict[str, str]] = {}
    for named, value in pairs:
        policy_id, _, tag = named.partition(":")
        found.setdefault(policy_id, {})[tag or languages[0]] = value
    return found


def _source(name: str) -> SourceText:
    return SourceText(name, Path(name).read_bytes())


def _answer(option: str, question: str, default: str | None = None) -> str:
    """What somebody at the terminal answers; asked again until it can be used."""
    answer: str = click.prompt(
        question, default=default, value_proc=partial(_usable, option), err=True
    )
    return answer


def _usable(option: str, value: str) -> str:
    if wrong := unusable_answer(option, value.strip()):
        raise click.UsageError(f"that {wrong[0]}; {wrong[1]}")
    return value.strip()


def _several(everything: bool, option: str, question: str, default: str) -> Sequence[str]:
    """What is asked for only where no option was given at all."""
    if not everything:
        return (default,)

    def usable(value: str) -> str:
        return " ".join(_usable(option, each) for each in value.replace(",", " ").split())

    said: str = click.prompt(
        f"{question}, separated by spaces", default=default, value_proc=usable, err=True
    )
    return said.split()


def _asked_texts(ids: Sequence[str], language: str) -> dict[str, dict[str, str]]:
    found = {}
    for each in ids:
        name: str = click.prompt(
            f"File with the text of {each} (Markdown, HTML or text; none: a template with gaps)",
            default="", show_default=False, err=True,
        )  # fmt: skip
        if name.strip():
            found[each] = {language: name.strip()}
    return found
