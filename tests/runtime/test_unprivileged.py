"""Started as root, PostgreSQL runs as a user who must reach the data, which is never made anew."""

import os
from pathlib import Path

import pytest

from stack import unprivileged
from stack.errors import StackError
from stack.layout import Layout


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """The folders that the other user can't reach, as the system would say."""
    folders: set[Path] = set()
    monkeypatch.setattr(unprivileged, "OUTSIDE", tmp_path / "outside")
    monkeypatch.setattr(unprivileged, "can_reach", lambda user, path: path not in folders)
    return folders


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(base=tmp_path / "local", name=f"trial{os.getpid()}")


def test_the_data_lies_in_the_clone_where_it_can_be_reached(
    layout: Layout, closed: set[Path]
) -> None:
    assert unprivileged.data_folder(layout, "pgserver") == layout.postgres


def test_the_data_lies_outside_a_clone_that_only_root_may_enter(
    layout: Layout, closed: set[Path]
) -> None:
    closed.add(layout.base)
    assert unprivileged.data_folder(layout, "pgserver").is_relative_to(unprivileged.OUTSIDE)


def test_data_that_can_no_longer_be_reached_is_an_error_and_not_an_empty_database(
    layout: Layout, closed: set[Path]
) -> None:
    layout.postgres.mkdir(parents=True)
    (layout.postgres / "PG_VERSION").write_text("18")
    closed.add(layout.postgres)
    with pytest.raises(StackError, match="can't be reached by the user pgserver"):
        unprivileged.data_folder(layout, "pgserver")


def test_data_outside_stays_there_when_the_clone_can_be_reached_again(
    layout: Layout, closed: set[Path]
) -> None:
    closed.add(layout.base)
    outside = unprivileged.data_folder(layout, "pgserver")
    outside.mkdir()
    (outside / "PG_VERSION").write_text("18")
    closed.clear()
    assert unprivileged.data_folder(layout, "pgserver") == outside
