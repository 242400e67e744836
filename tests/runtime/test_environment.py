"""What every process gets as its environment: set, else `.env`, else embedded."""

from pathlib import Path

import pytest

from stack.env_files import read_env_file
from stack.environment import compose, given_settings
from stack.errors import StackError
from stack.layout import Layout
from stack.ports import Ports
from stack.secret_values import load_or_make


def composed(tmp_path: Path, **given: str) -> dict[str, str]:
    layout = Layout(base=tmp_path, name="trial")
    secrets = load_or_make(layout.secrets)
    return compose(given, layout=layout, ports=Ports(layout.ports), secrets=secrets)


def test_without_any_setting_all_parts_are_embedded(tmp_path: Path) -> None:
    env = composed(tmp_path)
    assert env["DATABASE_URL"].endswith("@127.0.0.1:54320/app")
    assert env["LIVEKIT_URL"] == "ws://127.0.0.1:7880"
    assert len(env["LIVEKIT_API_SECRET"]) >= 32


def test_a_given_database_replaces_the_embedded_one(tmp_path: Path) -> None:
    url = "postgres://u:p@db.example:5432/x"
    assert composed(tmp_path, DATABASE_URL=url)["DATABASE_URL"] == url


@pytest.mark.parametrize("name", ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"])
def test_a_half_set_livekit_is_not_completed_with_generated_keys(tmp_path: Path, name: str) -> None:
    env = composed(tmp_path, **{name: "wss://x.example"})
    assert [
        one for one in env if one in {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"}
    ] == [name]


def test_the_demo_is_added_to_the_private_hosts_that_were_set(tmp_path: Path) -> None:
    env = composed(tmp_path, FETCH_ALLOWED_PRIVATE_HOSTS="10.0.0.5:80")
    assert env["FETCH_ALLOWED_PRIVATE_HOSTS"] == "10.0.0.5:80,127.0.0.1:8100"


def test_a_public_address_is_an_allowed_host(tmp_path: Path) -> None:
    env = composed(tmp_path, PUBLIC_URL="https://voice.example.com")
    assert env["ALLOWED_HOSTS"] == "127.0.0.1,localhost,voice.example.com"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=DEBUG\nMAX_PDF_PAGES=9\n")
    given = given_settings({"LOG_LEVEL": "ERROR"}, file)
    assert given == {"LOG_LEVEL": "ERROR", "MAX_PDF_PAGES": "9"}


def test_an_empty_setting_counts_as_not_set(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OPENAI_API_KEY=\n")
    assert given_settings({"REDIS_URL": ""}, file) == {}


def test_quotes_and_comments_are_understood(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nA='x # y'\nexport B=\"z\"\nC=v # why\nD=$A\n")
    assert read_env_file(file) == {"A": "x # y", "B": "z", "C": "v", "D": "$A"}


@pytest.mark.parametrize("line", ["LIVEKIT_URL wss://x", "JUST_A_NAME"])
def test_a_line_that_is_no_setting_is_an_error_with_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"A=1\n{line}\n")
    with pytest.raises(StackError, match="line 2"):
        read_env_file(file)


def test_secrets_are_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    first = load_or_make(file)
    assert load_or_make(file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_missing_secret_is_made_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("SECRET_KEY=mine\n")
    assert load_or_make(file)["SECRET_KEY"] == "mine"
    assert len(load_or_make(file)["VALKEY_PASSWORD"]) == 48
