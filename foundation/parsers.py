"""How a JSON body is read: what a database column or an encoder can't hold is refused here, once,
with words.

DRF's own parser has no size limit and lets through NUL characters, lone surrogates, `1e999` and
bottomless nesting; each of them is a 500 somewhere further down, so none of them may pass this
door.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from foundation.api_errors import MESSAGES, ApiError

MAX_DEPTH = 32


class StrictJSONParser(BaseParser):
    """UTF-8 JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, as RFC 8259 has it."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise ApiError(413, *MESSAGES[413])
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError from error
        for value, depth in _walk(data):
            _check(value, depth)
        return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _walk(data: Any) -> Iterator[tuple[Any, int]]:
    """Yield every value and name with its depth, without recursion of our own."""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ApiError(400, "invalid", f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str) and not is_storable(value):
        raise ApiError(400, "invalid", "The body holds a NUL or half of a surrogate pair.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ApiError(400, "invalid", "The body holds a number that is too large.")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL, and nothing that UTF-8 can't write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
