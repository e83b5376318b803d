"""Letters that are printed for whoever no mail reached: which, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.people.postal_list import POSTAL_LINES
from publisher.people.standing import NoticeStanding
from publisher.releases.number import Number
from publisher.releases.remedies import shell_word
from publisher.text.amounts import amount

TO_POST = (
    NoticeStanding.REFUSED,
    NoticeStanding.BOUNCED,
    NoticeStanding.NOT_REACHED,
    NoticeStanding.IN_DOUBT,
)
"""Those who can be told by post: to all others, `send` sends a letter, or did."""
SURELY_TO_POST = TO_POST[:-1]
"""Those of them to whom no letter came for certain."""
POSTED_COLUMNS = ("customer", "file", "letter", "name", *POSTAL_LINES)
"""Of the list that comes with the letters."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Letters that were printed."""

    number: Number
    """Of the release that they are about."""
    files: Sequence[str]
    """The PDFs."""
    listed: str
    """The file that names whose they are."""
    count: int
    unknown: Sequence[str] = ()
    """Customers without a postal address."""
    enclosed: bool = False
    """Whether the text of the release has to travel with each."""

    def lines(self) -> Iterator[str]:
        """It in words, and what comes next."""
        if not self.count:
            yield "Nobody has to be told by post"
            return
        yield f"{amount(self.count, 'letter')} to print, each on sheets of its own:"
        yield from (f"  {one}" for one in self.files)
        yield f"  {self.listed}: whose they are, in the same order, for a mailing house"
        if missing := len(self.unknown):
            some = ", ".join(self.unknown[:_MOST_NAMED])
            more = f" and {missing - _MOST_NAMED} more" if missing > _MOST_NAMED else ""
            yield (
                f"  note: no postal address is known of {some}{more}; their window shows the name "
                "and the e-mail address: give --addresses FILE"
            )
        if self.enclosed:
            yield f"  note: the text goes with each letter: publisher pdf {self.number}"

    def next_step(self) -> str:
        """How it is recorded once they are in the post; whoever's letter comes back is left out."""
        said = f'--from {shell_word(self.listed)} --otherwise "by post"'
        return f"Once they are posted: publisher resolve {self.number} {said}"


_MOST_NAMED = 5


def part_name(name: str, part: int) -> str:
    """What the file with some of the letters is called: `letters.pdf`, `letters-2.pdf`.

    Args:
        name: of the first.
        part: from 1.
    """
    stem, dot, ending = name.rpartition(".")
    return name if part == 1 else f"{stem}-{part}{dot}{ending}"
