"""What stands on an agent's list of websites: scheme, host and port, as in `Origin`."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


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
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}") if host else ""


def _ascii_host(host: str) -> str:
    """Return the host as browsers write it: punycode for accents, brackets around IPv6."""
    if ":" in host:
        return f"[{host}]"
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        return ""
    return name if all(c.isalnum() or c in ".-_" for c in name) else ""
