"""What is refused at start, with the variable's name."""

import os
import subprocess
import sys

import pytest


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, as every start does."""
    return subprocess.run(
        [sys.executable, "-c", "import voiceplatform.settings"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_RATE_PER_ADDRESS", "20"),
        ("SESSION_RATE_PER_AGENT", "many/min"),
        ("TURN_RATE_PER_ADDRESS", "20/week"),
        ("FIELD_ENCRYPTION_KEY", "secret-secret"),
        ("FIELD_ENCRYPTION_KEY", ""),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    run = start(**{name: value})
    assert run.returncode != 0
    last = run.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last


@pytest.mark.parametrize("rate", ["5/s", "20/min", "100/hour", "1/day"])
def test_a_rate_in_the_form_of_drf_is_taken(rate: str) -> None:
    assert start(TURN_RATE_PER_ADDRESS=rate).returncode == 0
