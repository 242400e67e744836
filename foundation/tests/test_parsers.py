"""The strict JSON parser, and what of it reaches a caller."""

import io
import json
from typing import Any

import pytest
from rest_framework.exceptions import ParseError

from foundation.api_errors import ApiError
from foundation.parsers import MAX_DEPTH, StrictJSONParser


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(io.BytesIO(body))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_json_is_read_as_it_is_meant() -> None:
    value = {"name": "Zoë 🚲", "list": [1, -2.5, True, None], "escaped": 'a\\u0000"'}
    assert parse(json.dumps(value).encode()) == value
    assert parse('{"name": "Zoë"}'.encode()) == {"name": "Zoë"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1}x',
        b"\xff\xfe",
        b'{"a": "\xc3"}',
        b"\xef\xbb\xbf{}",
        b"NaN",
        b'{"a": -Infinity}',
        b"9" * 5000,
        nested(100_000),
        b'{"a":' * 20_000,
    ],
)
def test_what_is_not_json_is_a_parse_error(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"a": "\u0000"}',
        rb'{"a\u0000": 1}',
        rb'["x", {"y": ["\ud800"]}]',
        rb'"\udfff"',
        b'{"a": 1e999}',
        b"-1e999",
        nested(MAX_DEPTH + 2),
    ],
)
def test_what_nothing_behind_can_hold_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        parse(body)
    assert caught.value.status_code == 400


def test_a_whole_surrogate_pair_and_the_deepest_allowed_nesting_pass() -> None:
    assert parse(rb'"\ud83d\udeb2"') == "🚲"
    assert parse(nested(MAX_DEPTH))


def test_a_body_over_the_limit_is_too_large(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    assert parse(b'"' + b"a" * 18 + b'"')
    with pytest.raises(ApiError) as caught:
        parse(b'"' + b"a" * 19 + b'"')
    assert (caught.value.status_code, caught.value.body["code"]) == (413, "too_large")
