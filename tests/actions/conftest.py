"""What the tests of several verbs begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.edges.project import Project
from tests.fixtures.houses import told


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two releases and three recipients, without git."""
    return told(tmp_path)
