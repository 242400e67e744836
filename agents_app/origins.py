"""What stands on an agent's list of websites: scheme, host and port, as in `Origin`."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import idna

from agents_app.exceptions import OriginsRejected

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_ORIGINS = 50
MAX_ORIGIN_CHARACTERS = 300
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")


def clean_origins(values: Iterable[str]) -> list[str]:
    """Return what people typed as origins, each once; empty lines are passed over.

    Raises:
        OriginsRejected: too many, or some are no website's address.
    """
    lines = [line for line in map(str.strip, values) if line]
    if len(lines) > MAX_ORIGINS:
        raise OriginsRejected([f"At most {MAX_ORIGINS} websites fit on the list."])
    if wrong := [line for line in lines if not normalise_origin(line)]:
        raise OriginsRejected([_not_an_address(line) for line in wrong])
    return list(dict.fromkeys(map(normalise_origin, lines)))


def normalise_origin(value: str) -> str:
    """Return scheme://host[:port] without the scheme's default port, or "" for anything else.

    A path is dropped, because people paste the address of a page; a user name is refused, because
    nobody means it.
    """
    try:
        parts = urlsplit(value.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    host = _ascii_host(host)
    is_default = port in {None, DEFAULT_PORTS[parts.scheme]}
    origin = f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")
    return origin if host and len(origin) <= MAX_ORIGIN_CHARACTERS else ""


def _not_an_address(line: str) -> str:
    return f"“{line[:100]}” is not a website's address. Write it like https://example.com."


def _ascii_host(host: str) -> str:
    """Return the host as browsers write it (UTS 46): punycode for accents, brackets around IPv6."""
    if ":" in host:
        return f"[{host}]"
    try:
        name = idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        # Names that DNS knows and IDNA doesn't, such as those with an underscore.
        name = host
    return name if _HOST.fullmatch(name) else ""
