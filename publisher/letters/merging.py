"""Handing the letters of a release to a mail merge: what a run will write, and what it wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from publisher.letters.sending import SendingPlan
from publisher.releases.remedies import shell_word
from publisher.wording.dates import long_date


class MergeForm(StrEnum):
    """In which form a mail merge is given letters."""

    CSV = "csv"
    """A row a letter, with its words and its links."""
    EML = "eml"
    """A folder with a message a letter."""


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a person must see before letters are handed to a mail merge."""

    plan: SendingPlan
    """As for a `send`, which goes to the same recipients."""
    place: str
    """The path that is written."""
    form: MergeForm
    until: dt.date | None
    """The last day to tell somebody in time; None: it is not known."""
    anew: int
    """Letters that a run had marked which was cut off before their rows could be read."""
    doubtful: int
    """Letters in doubt since they were handed to a mail merge before."""
    again: bool = False
    """Whether those are written once more."""
    corrected: int = 0
    """How many of those have an address that was corrected since."""

    @property
    def rows(self) -> int:
        """How many letters are to be written, at most."""
        return self.plan.due.to_tell + (self.doubtful if self.again else self.anew)

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = replace(self.plan, carrier=f"a mail merge: {self.place}").lines()
        if self.plan.attached and self.form is MergeForm.CSV:
            lines.append("  to mend  attach policy.pdf to each letter, as its profile asks for")
        if self.again:
            lines.append(f"  again    {self.doubtful:,} that were handed to a mail merge before")
            if self.corrected:
                have = "goes" if self.corrected == 1 else "go"
                number = self.plan.release.number
                lines.append(
                    f"  beware   {self.corrected:,} of them {have} to an address that was "
                    "corrected since, as they are on record: if they were not mailed, for a "
                    f"letter to the new one: publisher resolve {number} CUSTOMER --again"
                )
        elif self.anew:
            lines.append(f"  again    {self.anew:,} of a run that was cut off")
        return lines

    @property
    def confirmation(self) -> str:
        """The command that does it."""
        more = "".join(
            [f" --format {self.form}"] * (self.form is not MergeForm.CSV)
            + [" --again"] * self.again
        )
        number, place = self.plan.release.number, shell_word(self.place)
        write = f"publisher notice export {number} -o {place}{more} --confirm"
        return f"Nothing was written. To write it: {write}"

    def idle_line(self) -> str:
        """That there is nothing to write, and what is next."""
        number = self.plan.release.number
        if not self.doubtful:
            return "Nobody is to be told: nothing to write"
        return (
            f"Nobody else is to be told. {self.doubtful:,} were handed to a mail merge, and "
            "nothing was heard of them: publisher deliveries import FILE says what became of them, "
            f"publisher notice export {number} -o {shell_word(self.place)} --again writes them "
            "once more"
        )


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a run wrote."""

    plan: MergePlan
    written: int
    anew: int
    """How many of them were marked before."""
    refused: int
    """Recipients at whose address nobody can be written to."""
    moved: int
    """Recipients who were taken off the list, or whose address was corrected, while it ran."""

    def lines(self) -> list[str]:
        """The report in words."""
        letters = f"{self.written:,} letter{'s' * (self.written != 1)}"
        lines = [f"{letters} written to {self.plan.place}, in doubt until a list says otherwise"]
        counts = [
            (self.anew, "of them written before"),
            (self.refused, "refused: their address is none"),
            (self.moved, "moved or removed meanwhile: run it again, to another file"),
        ]
        return lines + [f"  {count:,} {what}" for count, what in counts if count]

    def next_step(self) -> str:
        """What a person does next."""
        by = f" by {long_date(self.plan.until)}" if self.plan.until else ""
        return (
            f"Next: mail them{by}, delete {shell_word(self.plan.place)}, then "
            "publisher deliveries import FILE"
        )
