"""`.env.example` is complete: every setting that is read, each with a sentence, and no other."""

import re

from stack.layout import ROOT

LINES = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
READ_BY_BIN = {
    "BIND_HOST",
    "POSTGRES_PASSWORD",
    "LIVEKIT_NODE_IP",
    "LIVEKIT_BIND",
    "WEB_BIND",
}


def names_in_example() -> list[str]:
    return [match[1] for line in LINES if (match := re.match(r"# ([A-Z][A-Z0-9_]+)=", line))]


def names_in_settings() -> set[str]:
    text = (ROOT / "voiceplatform" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"", text))


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    assert set(names_in_example()) == names_in_settings() | READ_BY_BIN


def test_no_setting_stands_there_twice() -> None:
    assert len(names_in_example()) == len(set(names_in_example()))


def test_every_setting_has_a_sentence_before_it() -> None:
    for number, line in enumerate(LINES):
        if re.match(r"# [A-Z][A-Z0-9_]+=", line):
            assert re.match(r"# [A-Z].*\.$", LINES[number - 1]), line
