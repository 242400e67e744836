"""Reading `.env` files with python-dotenv's grammar; a line it can't read is an error."""

from pathlib import Path

from dotenv.parser import parse_stream

from stack.errors import StackError


def read_env_file(file: Path) -> dict[str, str]:
    """Return the variables of a file, nothing expanded; none when there is no such file.

    Raises:
        StackError: a line is not `NAME=value`; ignoring it would leave its author searching.
    """
    if not file.is_file():
        return {}
    values = {}
    with file.open(encoding="utf-8") as stream:
        for binding in parse_stream(stream):
            if binding.error or (binding.key and binding.value is None):
                line = binding.original.line
                raise StackError(f"{file}, line {line}, is not NAME=value.", cure="Correct it.")
            if binding.key:
                values[binding.key] = binding.value or ""
    return values
