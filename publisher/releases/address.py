"""Where everything is on the published site. Addresses are permanent: letters link to them."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.releases.number import Number


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one policy, all below the same root.

    `root` is the site's address ending in `/`, or a relative path to it, such as `../../`.
    """

    root: str
    policy: str

    @property
    def current(self) -> str:
        """The text in force, whichever that is: the address to link to from elsewhere."""
        return f"{self.root}{self.policy}/"

    @property
    def history(self) -> str:
        """Every version with its dates."""
        return f"{self.current}history/"

    @property
    def compare(self) -> str:
        """Any version against any other; `?from=1&to=3` names the two."""
        return f"{self.current}compare/"

    def compared(self, language: str) -> str:
        """Any version of a translation against any other."""
        return f"{self.compare}{language}/"

    def between(self, old: Number, new: Number, language: str = "") -> str:
        """One version against another, whichever two; with the tag of a language, of that
        translation.
        """
        page = self.compared(language) if language else self.compare
        return f"{page}?from={old}&to={new}"

    @property
    def day(self) -> str:
        """Which version applied on a day; `?day=2027-03-01` names one."""
        return f"{self.current}on/"

    @property
    def sections(self) -> str:
        """The history of each section; `#security` names one."""
        return f"{self.current}sections/"

    @property
    def programs(self) -> str:
        """What programs can read, told to people."""
        return f"{self.current}data/"

    def listing(self, name: str) -> str:
        """A file about all versions: `versions.json`, `periods.json`, `feed.atom`, …"""
        return f"{self.current}{name}"

    def statement(self, file: str) -> str:
        """A statement of the register, by the name of its file."""
        return f"{self.programs}register/{file}"

    def release(self, number: Number) -> str:
        """One version, for ever."""
        return f"{self.current}{number}/"

    def translated(self, language: str) -> str:
        """The translation of the text in force, whichever that is."""
        return f"{self.current}{language}/"

    def translation(self, number: Number, language: str) -> str:
        """One version in another language."""
        return f"{self.release(number)}{language}/"

    def retranslated(self, number: Number, language: str) -> str:
        """The redline of a version's translation against that of the version before it."""
        return f"{self.translation(number, language)}changes/"

    def changes(self, number: Number) -> str:
        """The redline of a version against the one before it."""
        return f"{self.release(number)}changes/"

    def notice(self, number: Number, language: str = "") -> str:
        """The letter about a version; with the tag of a language, in that translation."""
        return f"{self.release(number)}notice/" + (f"{language}/" if language else "")

    def opt_out(self, number: Number, token: str = "", language: str = "") -> str:
        """The opt-out form of a version; with a token, the form of one customer; with the tag of a
        language, the form in that translation.
        """
        folder = f"{self.release(number)}opt-out/" + (f"{language}/" if language else "")
        return folder + (f"?token={token}" if token else "")

    def download(self, number: Number, name: str) -> str:
        """A file to download: `policy.pdf`, `policy.json`, `changes.pdf`, `notice.pdf`, …"""
        return f"{self.release(number)}{name}"
