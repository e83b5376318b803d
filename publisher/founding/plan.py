"""What is written into the folder of a new policy repository, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from publisher.errors import ConfigurationError
from publisher.founding.laid_files import (
    GATHERED,
    KEPT,
    RECORD_FILE,
    FoundingFile,
    LaidRecord,
    LaidValues,
    founding_files,
    gathered_file,
    record_toml,
)
from publisher.founding.order import FoundingOrder
from publisher.founding.policy_files import Beginnings, policy_files
from publisher.founding.settings_file import settings_toml

_SETTINGS = "publisher.toml"
_SHOWN = 8
"""Paths that a message names."""


@dataclass(frozen=True)
class FoundingPlan:
    """What is to be written, by path from the folder."""

    files: Mapping[str, bytes]
    kept: Sequence[str] = field(default=())
    """Files that were there and stay, whatever the program has of that name."""
    there: Sequence[str] = field(default=())
    """Files that were there as they would be written: of a run that was cut off."""

    @property
    def own(self) -> list[str]:
        """Every path that belongs to the beginning of the repository."""
        return [*self.files, *self.there]


def founding_plan(
    order: FoundingOrder,
    assets: Mapping[str, str],
    begun: Beginnings,
    here: Mapping[str, bytes],
    version: str,
) -> FoundingPlan:
    """What is to be written.

    Args:
        order: what the repository begins with.
        assets: the files around policies, as the program has them.
        begun: the texts of policies, as it has them.
        here: the files that lie in the folder.
        version: of the program.

    Raises:
        ConfigurationError: a file is there that would be overwritten, or the order cannot be used.
        NotFoundError: a text is none.
    """
    order.refuse_unusable()
    values = LaidValues(order.name, order.time_zone, version, order.owners)
    laid = founding_files(assets, values)
    wanted = {file.place: file.data for file in laid}
    wanted[_SETTINGS] = settings_toml(order)
    for policy in order.policies:
        made = policy_files(order, policy, begun)
        wanted |= {f"policy/{policy.id}/{name}": data for name, data in made.items()}
    kept = [place for place in KEPT if place in here and here[place] != wanted[place]]
    for place in GATHERED:
        if place in here:
            wanted[place] = gathered_file(here[place], wanted[place])
    wanted[RECORD_FILE] = _record(laid, wanted, kept, order, version)
    _refuse_overwriting(wanted, here, kept)
    files = {p: d for p, d in wanted.items() if p not in kept and here.get(p) != d}
    there = [place for place in wanted if place not in kept and place not in files]
    return FoundingPlan(files, kept, there)


def addition_plan(
    order: FoundingOrder, begun: Beginnings, here: Mapping[str, bytes]
) -> FoundingPlan:
    """What is to be written where there is a project already: the policies, and nothing else.

    Args, Raises: as for `founding_plan`.
    """
    order.refuse_unusable()
    wanted: dict[str, bytes] = {}
    for policy in order.policies:
        made = policy_files(order, policy, begun)
        wanted |= {f"policy/{policy.id}/{name}": data for name, data in made.items()}
    _refuse_overwriting(wanted, here, ())
    files = {place: data for place, data in wanted.items() if here.get(place) != data}
    return FoundingPlan(files, (), [place for place in wanted if place not in files])


def _record(
    laid: Sequence[FoundingFile],
    wanted: Mapping[str, bytes],
    kept: Sequence[str],
    order: FoundingOrder,
    version: str,
) -> bytes:
    files = {
        file.place: (FoundingFile(file.place, wanted[file.place], "").digest, file.origin)
        for file in laid
        if file.place not in kept
    }
    return record_toml(LaidRecord(version, order.owners, files))


def _refuse_overwriting(
    wanted: Mapping[str, bytes], here: Mapping[str, bytes], kept: Sequence[str]
) -> None:
    differing = [
        place
        for place, data in wanted.items()
        if place in here and here[place] != data and place not in (*GATHERED, *kept)
    ]
    if not differing:
        return
    named = ", ".join(differing[:_SHOWN])
    more = f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
    if RECORD_FILE in here:
        what = "is a policy repository already"
        remedy = "publisher init --check says which of its files are older than the program; for "
        remedy += "another repository, name another folder"
    else:
        what = "there are files that init does not overwrite"
        remedy = "move them away, or name an empty folder"
    raise ConfigurationError(f"{what}: {named}{more}", remedy=remedy)
