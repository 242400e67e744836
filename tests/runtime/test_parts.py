"""Finding the parts: setting, `PATH`, package; a part that doesn't fit is passed over."""

import json
from pathlib import Path

import pytest

from stack import livekit, postgres
from stack.console import Step
from stack.errors import StackError
from stack.layout import Layout
from stack.livekit import EmbeddedLiveKit, Progress, media_addresses
from stack.ports import Ports


def fake_program(folder: Path, name: str, prints: str) -> Path:
    """Put a program that only prints its version where the `PATH` will look."""
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\necho '{prints}'\n")
    file.chmod(0o755)
    return file


def test_a_postgres_of_the_path_without_pgvector_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program(tmp_path, "postgres", "postgres (PostgreSQL) 18.1")
    fake_program(tmp_path, "initdb", "")
    fake_program(tmp_path, "pg_config", str(tmp_path / "share"))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    assert postgres.find(tmp_path / "data").source == "package"


def test_a_postgres_of_the_path_with_pgvector_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program(tmp_path, "postgres", "postgres (PostgreSQL) 18.1")
    fake_program(tmp_path, "initdb", "")
    fake_program(tmp_path, "pg_config", str(tmp_path / "share"))
    (tmp_path / "share" / "extension").mkdir(parents=True)
    (tmp_path / "share" / "extension" / "vector.control").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    found = postgres.find(tmp_path / "data")
    assert (found.source, found.major, found.home) == ("PATH", 18, tmp_path)


def test_data_of_another_postgres_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("12\n")
    with pytest.raises(StackError, match="of PostgreSQL 12"):
        postgres.find(tmp_path)


def test_an_old_go_of_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_program(tmp_path, "go", "go version go1.22.1 linux/amd64")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    assert livekit.find_go() != old


def test_without_any_go_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livekit, "go_candidates", list)
    with pytest.raises(StackError, match="no Go") as caught:
        livekit.find_go()
    assert "Install Go 1.26" in caught.value.cure


def test_a_built_livekit_is_taken_from_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    binary = livekit.cached_binary()
    binary.parent.mkdir(parents=True)
    binary.touch(mode=0o755)
    assert livekit.find_or_build(Step("x"), tmp_path / "log") == (binary, "cache")


def test_livekit_listens_on_loopback_alone_unless_told_otherwise() -> None:
    assert media_addresses("127.0.0.1", tcp_port=7881)["tcp_port"] == 0
    assert media_addresses("192.0.2.7", tcp_port=7881) == {"tcp_port": 7881, "node_ip": "192.0.2.7"}
    assert media_addresses("0.0.0.0", tcp_port=7881) == {"tcp_port": 7881}


def test_livekits_configuration_holds_its_webhook_and_is_private(tmp_path: Path) -> None:
    layout = Layout(base=tmp_path, name="trial")
    layout.run.mkdir()
    env = {"LIVEKIT_API_KEY": "key-1", "LIVEKIT_API_SECRET": "s" * 40}
    url = "http://127.0.0.1:8000/api/livekit/webhook"
    part = EmbeddedLiveKit(
        layout, binary=Path("/x"), ports=Ports(layout.ports), env=env, webhook_url=url
    )
    file = Path(part.program().command[-1])
    assert json.loads(file.read_text())["webhook"] == {"api_key": "key-1", "urls": [url]}
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_build_shows_how_far_it_is() -> None:
    step = Step("LiveKit program")
    progress = Progress(step)
    progress.line("go: downloading github.com/pion/ice v4")
    assert step.note_text == "fetching its source, module 1"
    for _ in range(400):
        progress.line("some/package")
    assert step.note_text.endswith("50 %")
