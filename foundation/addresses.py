"""Which web addresses the platform may open: public ones, and single private `host:port` pairs that
the operator named.

Everything typed by a stranger is hostile, so this fails closed: an address that isn't plainly a
public one is refused, and so is every way of writing one that a URL library and a resolver could
read differently (octal, hex, integers).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from foundation.exceptions import FetchRejected, FetchUnavailable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Takes a host name and a port, returns IP addresses as text; raises OSError like `getaddrinfo`.
Resolver = Callable[[str, int], Sequence[str]]

MAX_URL_CHARACTERS = 1000
RESOLVE_SECONDS = 10.0
DEFAULT_PORTS = {"http": 80, "https": 443}
# Control characters and blanks, and the backslash, which browsers read as a slash and Python
# doesn't.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$")
_NUMBER = re.compile(r"^(0x[0-9a-f]*|[0-9]+)$")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Inside the global ranges, but leading elsewhere: IETF protocol assignments with Teredo,
# documentation, 6to4 and its relay.
_NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]
# Threads, because `getaddrinfo` has no time limit of its own.
_resolving = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolve")


@dataclass(frozen=True)
class Target:
    """A web address taken apart; `host` is lower case ASCII without brackets or a final dot."""

    scheme: str
    host: str
    port: int

    @property
    def pair(self) -> str:
        return f"{self._bracketed}:{self.port}"

    @property
    def host_header(self) -> str:
        return self._bracketed if self.port == DEFAULT_PORTS[self.scheme] else self.pair

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_target(url: str, *, allowed_private_hosts: Collection[str] = ()) -> Target:
    """Take a web address apart and refuse what can be refused without asking a name server.

    Raises:
        FetchRejected: not http or https, with a user name, or an address that is plainly not
            public.
    """
    if len(url) > MAX_URL_CHARACTERS or _FORBIDDEN.search(url):
        raise FetchRejected("This is not a valid web address.")
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError as error:
        raise FetchRejected("This is not a valid web address.") from error
    if scheme not in DEFAULT_PORTS:
        raise FetchRejected("Only addresses that begin with http:// or https:// can be read.")
    if "@" in parts.netloc:
        raise FetchRejected("A web address with a user name or password can't be read.")
    default = DEFAULT_PORTS[scheme]
    target = Target(scheme, _ascii_host(parts.hostname or ""), default if port is None else port)
    if target.pair not in allowed_private_hosts:
        _refuse_private(target)
    return target


def resolve_public(
    host: str, port: int, *, allowed_private_hosts: Collection[str] = (), resolve: Resolver
) -> list[str]:
    """Return the IP addresses of a host, in the resolver's order; connect to these and never
    resolve again.

    One private address among public ones refuses them all: that is how rebinding looks.

    Raises:
        FetchRejected: there is no such host, or it isn't on the public internet.
        FetchUnavailable: the name server didn't answer; retry.
    """
    addresses = [ipaddress.ip_address(text) for text in _resolve_in_time(host, port, resolve)]
    if not addresses:
        raise FetchRejected("There is no website at this address.")
    is_allowed = Target("http", host, port).pair in allowed_private_hosts
    if not is_allowed and not all(map(is_public, addresses)):
        raise FetchRejected("This address is not on the public internet.")
    return [str(address) for address in addresses]


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet; one that wraps another (mapped, 6to4, Teredo)
    never is.

    NAT64 (RFC 6052) is the exception, judged by what it wraps: on IPv6-only networks every IPv4
    site looks so.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST or address.scope_id:
            return False
    is_listed = any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not (address.is_multicast or address.is_reserved or is_listed)


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system, once; IPv4 and IPv6 in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _ascii_host(host: str) -> str:
    """Return the host as DNS has it, or an IP address in its one canonical form."""
    if ":" in host:
        return _ip_literal(host)
    try:
        ascii_host = idna.encode(host.rstrip("."), uts46=True).decode() if host else ""
    except (idna.IDNAError, UnicodeError):
        ascii_host = host.lower().rstrip(".")
    if not _HOST.match(ascii_host) or len(ascii_host) > 253:
        raise FetchRejected("This is not a valid web address.")
    # WHATWG URL: a host whose last label is a number is an IPv4 address, however it is written.
    is_numeric = _NUMBER.match(ascii_host.rpartition(".")[2])
    return _ip_literal(ascii_host) if is_numeric else ascii_host


def _ip_literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError as error:
        raise FetchRejected("This is not a valid web address.") from error


def _refuse_private(target: Target) -> None:
    if target.port not in DEFAULT_PORTS.values() and target.port < 1024:
        raise FetchRejected("Websites on this port can't be read.")
    if target.host == "localhost" or target.host.endswith(".localhost"):
        raise FetchRejected("This address is not on the public internet.")
    is_ip = ":" in target.host or _NUMBER.match(target.host.rpartition(".")[2])
    if is_ip and not is_public(ipaddress.ip_address(target.host)):
        raise FetchRejected("This address is not on the public internet.")


def _resolve_in_time(host: str, port: int, resolve: Resolver) -> Sequence[str]:
    try:
        return _resolving.submit(resolve, host, port).result(timeout=RESOLVE_SECONDS)
    except NotInTime as error:
        raise FetchUnavailable("The address of the website couldn't be looked up.") from error
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise FetchUnavailable("The address of the website couldn't be looked up.") from error
        raise FetchRejected("There is no website at this address.") from error
    except (OSError, UnicodeError) as error:
        raise FetchRejected("There is no website at this address.") from error
