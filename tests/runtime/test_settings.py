"""Half-set settings: a start names the variable in its own sentence, without a traceback."""

import os
from pathlib import Path

import pytest

from stack.django_steps import check_settings
from stack.environment import compose
from stack.errors import StackError
from stack.layout import Layout
from stack.ports import Ports
from stack.secret_values import load_or_make
from stack.testing import without_settings


def environment(folder: Path, **given: str) -> dict[str, str]:
    layout = Layout(base=folder, name="trial")
    secrets = load_or_make(layout.secrets)
    everything = without_settings(os.environ) | given
    return compose(everything, layout=layout, ports=Ports(layout.ports), secrets=secrets)


def test_the_embedded_default_is_whole(tmp_path: Path) -> None:
    check_settings(environment(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"LIVEKIT_URL": "wss://x.livekit.cloud"}, "LIVEKIT_API_KEY"),
        ({"LIVEKIT_API_KEY": "key"}, "LIVEKIT_URL"),
        ({"PUBLIC_URL": "voice.example.com"}, "PUBLIC_URL"),
    ],
)
def test_a_half_set_setting_is_named(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(StackError, match=named) as caught:
        check_settings(environment(tmp_path, **given), tmp_path)
    assert caught.value.log is None
    assert ".env.example" in caught.value.cure
