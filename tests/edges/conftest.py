"""What several tests of edges begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.house import House, copied_house


@pytest.fixture
def edited(tmp_path: Path) -> House:
    """A house with release 1 and a draft that is ready to be release 2."""
    return copied_house(tmp_path / "house", House.ready_for_two)
