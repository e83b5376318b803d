"""The pages for requests over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.edges.project import Project
from tests.fixtures.request_pages import (
    ANNA,
    APPLIES,
    MAILINGS,
    PERSONAL,
    WAYS,
    asked_project,
    client,
)

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


def test_links_are_asked_for_so_often_and_no_more(project: Project) -> None:
    one = client(project, asks="2/hour")
    said = [one.post(APPLIES, data={"address": ANNA}).status_code for _ in range(3)]
    assert said == [200, 200, 429]


def test_where_the_settings_say_nothing_there_are_no_pages(project: Project) -> None:
    settings = project.root / "publisher.toml"
    settings.write_text(settings.read_text().replace(WAYS, ""))
    for path in (PERSONAL, MAILINGS, APPLIES, f"{APPLIES}de/", "/requests/x/"):
        assert client(project).get(path).status_code == 404
        assert client(project).post(path, data={"address": ANNA}).status_code in (404, 405)
