"""What names customers' addresses is written to a file: `publisher mailings -o FILE`."""

from __future__ import annotations

from publisher.edges.project import Project
from tests.fixtures.house import House
from tests.fixtures.houses import NOW


def test_a_file_is_for_its_owner_alone_and_not_where_git_finds_it(project: Project) -> None:
    settings = project.root / "publisher.toml"
    added = '\n[requests]\nmailings = "remove@hosting.example"\n'
    settings.write_text(settings.read_text("utf-8") + added, "utf-8")
    house = House(project.root)
    place = house.root.parent / "mailings.csv"
    house.ok("mailings", "--format", "csv", "-o", str(place), at=NOW)
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.read_text("utf-8") == house.ok("mailings", "--format", "csv", at=NOW)
    inside = house.root / "mailings.csv"
    refused = house.run("mailings", "--format", "csv", "-o", str(inside), at=NOW)
    assert refused.exit_code == 2
    assert "would lie where git finds it" in refused.output
    assert not inside.exists()
    gone = house.root.parent / "mailings.csv" / "below.csv"
    assert "cannot be written" in house.run("mailings", "--format", "csv", "-o", str(gone)).output
    assert "-o is for" in house.run("mailings", "-o", str(place), at=NOW).output
