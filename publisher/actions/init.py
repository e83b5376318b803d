"""Beginning a policy repository: everything that it needs, from the program alone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from publisher import __version__
from publisher.actions import Progress, Teller, silent, unheard
from publisher.actions.check import check
from publisher.actions.import_history import ImportOrder, import_history
from publisher.actions.workplace import Workplace
from publisher.edges.clock import Clock
from publisher.edges.drafts import Drafts
from publisher.edges.foreign import ForeignHistory
from publisher.edges.founding_assets import founding_assets, shipped_beginnings
from publisher.edges.founding_folder import found_files, write_files
from publisher.edges.new_repository import NewRepository
from publisher.edges.project import Project
from publisher.errors import NotFoundError
from publisher.founding.order import FoundedPolicy, FoundingOrder, PastOfPolicy
from publisher.founding.plan import FoundingPlan, addition_plan, founding_plan
from publisher.founding.policy_files import completed_facts
from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity


@dataclass(frozen=True)
class Founded:
    """A policy repository that was begun."""

    root: Path
    plan: FoundingPlan
    repository: bool
    """Whether a git repository was made; else there was one."""
    commit: str
    """Of the files; empty: it was there already."""
    findings: Sequence[Finding]
    """What stands between its drafts and their first release."""
    unfrozen: Sequence[str]
    """Policies that have no release yet, so each named as commands need it: `--policy terms `."""

    def lines(self) -> Iterator[str]:
        """What was done, and what is next, in lines to read."""
        plan = self.plan
        if not plan.files and not self.commit:
            yield f"Everything is there already: {self.root}"
        else:
            made = "; made a git repository" if self.repository else ""
            yield f"Laid down {len(plan.files)} file(s) in {self.root}{made}"
        for place in plan.kept:
            yield f"  kept as it was: {place}"
        errors = [each for each in self.findings if each.severity is Severity.ERROR]
        go = [f"cd {shlex.quote(str(self.root))}"] if self.root != Path() else []
        if errors:
            yield f"  {len(errors)} place(s) to fill in or to mend, each with file and line"
            yield f"Next: {' && '.join([*go, 'publisher check'])}"
        else:
            freezes = [f"publisher {each}freeze --effective DATE" for each in self.unfrozen]
            yield f"Next: {' && '.join([*go, *freezes, 'publisher build'])}"


def init(
    folder: Path,
    order: FoundingOrder,
    clock: Clock | None = None,
    progress: Progress = silent,
    tell: Teller = unheard,
) -> Founded:
    """Lays down everything of a policy repository, commits it, and imports what is to be imported.

    What is there already is never overwritten; a run that was cut off is run again.

    Args:
        folder: where; it is made if it is not there.
        order: what the repository begins with. Without a name, there is a project already, and the
            policies are added to it.
        clock: gives the time of every act; None: the machine's.
        progress: told of an import as it goes on.
        tell: told what is done beside that.

    Raises:
        ConfigurationError: a file is in the way, or what was said cannot be used.
        NotFoundError: a text, or the history of one, is not there.
        HistoryError: git does not know who commits, or cannot do its part.
    """
    if adds := not order.name:
        order = order.of(Workplace.find(folder).settings.organisation)
    planned = partial(_planned, order, adds)
    plan = planned(found_files(folder, planned({}).own))
    pasts = [(policy, policy.past) for policy in order.policies if policy.past]
    for _, past in pasts:
        _require_past(past)
    repository = NewRepository(folder)
    new = not repository.exists
    repository.require_committer()
    folder.mkdir(parents=True, exist_ok=True)
    write_files(folder, plan.files)
    repository.begin()
    commit = repository.commit(plan.own, _message(order, adds))
    workplace = Workplace(Project(folder.resolve()), clock)
    ids = [policy.id for policy in order.policies]
    for policy, past in pasts:
        wanted = _import_order(policy, past, order)
        for line in import_history(workplace, wanted, progress, tell).lines():
            if not line.startswith(("Next:", "  to be filled in")):
                tell(line)
        place = f"{workplace.drafts.name(policy.id)}/{FACTS_FILE}"
        _complete(workplace.drafts, policy.id, order)
        repository.commit([place], f"Say what {policy.id} needs before its next release")
    findings = check(workplace, ids)
    several = len(workplace.policy_ids) > 1
    unfrozen = [
        f"--policy {policy.id} " * several
        for policy in order.policies
        if not workplace.archive.numbers(policy.id)
    ]
    return Founded(folder, plan, new, commit, findings, unfrozen)


def _message(order: FoundingOrder, adds: bool) -> str:
    if adds:
        return f"Begin {', '.join(policy.id for policy in order.policies)}"
    return "Lay down the policy repository"


def _planned(order: FoundingOrder, adds: bool, here: Mapping[str, bytes]) -> FoundingPlan:
    """What is to be written, where so much is there already."""
    if adds:
        return addition_plan(order, shipped_beginnings(), here)
    return founding_plan(order, founding_assets(), shipped_beginnings(), here, __version__)


def _require_past(past: PastOfPolicy) -> None:
    """Refuses a history that has no such file, before anything is written."""
    history = ForeignHistory(Path(past.repository))
    if next(iter(history.sightings(past.path)), None) is None:
        raise NotFoundError(
            "no commit has it",
            where=past.path,
            remedy="name the file as `git log --name-only` does, from the folder before it",
        )


def _import_order(policy: FoundedPolicy, past: PastOfPolicy, order: FoundingOrder) -> ImportOrder:
    language = order.languages[0]
    title = policy.titles.get(language, "")
    return ImportOrder(Path(past.repository), past.path, policy.id, title, language)


def _complete(drafts: Drafts, policy_id: str, order: FoundingOrder) -> None:
    """Writes what an import cannot know into `policy.toml`."""
    data = drafts.files(policy_id)[FACTS_FILE]
    completed = completed_facts(data, order, shipped_beginnings())
    if completed != data:
        drafts.write(policy_id, {FACTS_FILE: completed})
