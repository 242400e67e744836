"""The one door to other people's websites: a GET that can't be led to a private address, nor kept
busy for ever.

Built on httpcore rather than httpx for two reasons: its network backend is where the address that
was checked is the one that is connected to (so also after a redirect, and with the right SNI and
Host), and its bodies are undecoded, so that a compressed bomb is measured while it unpacks. A
`Fetcher` keeps connections open and belongs to one thread.
"""

import ssl
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import httpcore

from foundation.addresses import Resolver, Target, parse_target, resolve_public, system_resolver
from foundation.exceptions import FetchRejected, FetchUnavailable

PAGE_TYPES = ("text/html", "application/xhtml+xml")
_REDIRECTS = {301, 302, 303, 307, 308}
_RETRY_STATUSES = {408, 425, 429}
_SENTENCES = {
    401: "The website asks for a password here (401).",
    403: "The website refuses to show this page (403).",
    404: "This page doesn't exist (404).",
    410: "This page is gone (410).",
    451: "This page is blocked for legal reasons (451).",
}


@dataclass(frozen=True)
class FetchLimits:
    """What one `fetch` may cost, redirects included. Bytes are counted after decompression."""

    max_bytes: int = 5_000_000
    max_redirects: int = 5
    total_seconds: float = 30.0
    step_seconds: float = 10.0


@dataclass(frozen=True)
class Fetched:
    """An answer with status 2xx; `content_type` is lower case without parameters, `charset` may be
    empty.
    """

    url_final: str
    status: int
    content_type: str
    charset: str
    body: bytes = field(repr=False)


def check_public_url(
    url: str, *, allowed_private_hosts: Collection[str] = (), resolve: Resolver = system_resolver
) -> None:
    """Refuse a web address that isn't public, asking the name server.

    Raises:
        FetchRejected: the owner must give another address.
        FetchUnavailable: the name server didn't answer; retry.
    """
    target = parse_target(url, allowed_private_hosts=allowed_private_hosts)
    resolve_public(
        target.host, target.port, allowed_private_hosts=allowed_private_hosts, resolve=resolve
    )


class Deadline:
    """A moment that a whole fetch must not outlast; every wait is cut to what is left of it."""

    def __init__(self) -> None:
        self._at = float("inf")

    def start(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def cut(self, timeout: float | None) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the fetch took too long")
        return left if timeout is None else min(timeout, left)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection on which a server that sends one byte at a time gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _DeadlineStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves once, refuses what isn't public, and connects to exactly the address that was
    checked.
    """

    def __init__(
        self,
        *,
        deadline: Deadline,
        allowed_private_hosts: Collection[str],
        resolve: Resolver,
        backend: httpcore.NetworkBackend,
    ) -> None:
        self._deadline = deadline
        self._allowed = allowed_private_hosts
        self._resolve = resolve
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # Two addresses at most: a host with many dead ones must not use up the time.
        addresses = resolve_public(
            host, port, allowed_private_hosts=self._allowed, resolve=self._resolve
        )[:2]
        for position, address in enumerate(addresses, start=1):
            try:
                stream = self._backend.connect_tcp(
                    address, port, self._deadline.cut(timeout), local_address, socket_options
                )
                return _DeadlineStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses):
                    raise
        raise httpcore.ConnectError("no address")

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise FetchRejected("This is not a valid web address.")


class Fetcher:
    """Fetches public web addresses; use it as a context manager.

    `user_agent` says who we are and where to read about it; `allowed_private_hosts` are the
    operator's `host:port` pairs.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_private_hosts: Collection[str] = (),
        limits: FetchLimits | None = None,
        resolve: Resolver = system_resolver,
        backend: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(allowed_private_hosts)
        self._limits = limits or FetchLimits()
        self._user_agent = user_agent
        self._deadline = Deadline()
        guarded = GuardedBackend(
            deadline=self._deadline,
            allowed_private_hosts=self._allowed,
            resolve=resolve,
            backend=backend or httpcore.SyncBackend(),
        )
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context, network_backend=guarded, keepalive_expiry=15
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def fetch(
        self, url: str, *, accept: Collection[str] = PAGE_TYPES, max_bytes: int | None = None
    ) -> Fetched:
        """Fetch one address; `accept` lists the content types wanted, empty means any.

        Raises:
            FetchRejected: 4xx, not public, too large, too many redirects or of another type; don't
                retry.
            FetchUnavailable: time-out, 408, 425, 429, 5xx or a broken connection; retry later.
        """
        self._deadline.start(self._limits.total_seconds)
        limit = max_bytes or self._limits.max_bytes
        for _ in range(self._limits.max_redirects + 1):
            found = self._request(url, accept, limit)
            if isinstance(found, Fetched):
                return found
            url = found
        raise FetchRejected("This address leads from one to the next without an end.")

    def _request(self, url: str, accept: Collection[str], max_bytes: int) -> Fetched | str:
        """Return the answer, or the address that it redirects to."""
        target = parse_target(url, allowed_private_hosts=self._allowed)
        headers = self._headers(target, accept)
        try:
            with self._pool.stream(
                "GET", _wire_url(target, url), headers=headers, extensions=self._timeouts()
            ) as response:
                return _read(response, url, accept, max_bytes)
        except httpcore.TimeoutException as error:
            raise FetchUnavailable("The website took too long to answer.") from error
        except httpcore.ConnectError as error:
            raise _connect_error(error) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FetchUnavailable("The website broke off the connection.") from error

    def _headers(self, target: Target, accept: Collection[str]) -> list[tuple[str, str]]:
        return [
            ("Host", target.host_header),
            ("User-Agent", self._user_agent),
            ("Accept", ", ".join([*accept, "*/*;q=0.1"])),
            ("Accept-Encoding", "gzip"),
        ]

    def _timeouts(self) -> dict[str, dict[str, float]]:
        names = ("connect", "read", "write", "pool")
        return {"timeout": dict.fromkeys(names, self._limits.step_seconds)}


def _wire_url(target: Target, url: str) -> httpcore.URL:
    """Build what is asked from what was checked, so that no second parser can read another host."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return httpcore.URL(
        scheme=target.scheme,
        host=target.host,
        port=target.port,
        target=f"{path}?{query}" if query else path,
    )


def _read(
    response: httpcore.Response, url: str, accept: Collection[str], max_bytes: int
) -> Fetched | str:
    headers = {
        name.decode("latin-1").lower(): value.decode("utf-8", "replace")
        for name, value in response.headers
    }
    if response.status in _REDIRECTS and "location" in headers:
        return _redirected(url, headers["location"].strip())
    _raise_for_status(response.status, headers)
    content_type, charset = _content_type(headers.get("content-type", ""))
    if accept and content_type and content_type not in accept:
        raise FetchRejected("This address holds another kind of file than a page.")
    body = _decoded(response.iter_stream(), headers.get("content-encoding", ""), max_bytes)
    return Fetched(urldefrag(url).url, response.status, content_type, charset, body)


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchRejected("This address leads nowhere: its redirect is damaged.") from error


def _raise_for_status(status: int, headers: dict[str, str]) -> None:
    if 200 <= status < 300:
        return
    if status >= 500 or status in _RETRY_STATUSES:
        wait = headers.get("retry-after", "")
        raise FetchUnavailable(
            f"The website has a problem right now ({status}).",
            status=status,
            retry_after_seconds=int(wait) if wait.isdecimal() and len(wait) < 6 else None,
        )
    sentence = _SENTENCES.get(status, f"The website answered with an error ({status}).")
    raise FetchRejected(sentence, status=status)


def _content_type(header: str) -> tuple[str, str]:
    kind, *parameters = [part.strip() for part in header.lower().split(";")]
    charsets = [text[8:].strip("\"' ") for text in parameters if text.startswith("charset=")]
    return kind, charsets[0] if charsets else ""


def _decoded(stream: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Unpack and join a body, giving up as soon as it is larger than `max_bytes`."""
    body = bytearray()
    try:
        for piece in _unpacked(stream, encoding.strip().lower(), max_bytes + 1):
            body += piece
            if len(body) > max_bytes:
                raise FetchRejected("This page is too large to be read.")
    except zlib.error as error:
        raise FetchRejected("This page is damaged and can't be read.") from error
    return bytes(body)


def _unpacked(stream: Iterable[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    """Yield the body's pieces; none is larger than `max_bytes`, however small it was packed."""
    if encoding in {"", "identity"}:
        yield from stream
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        # 47: zlib finds out by itself whether it is gzip or deflate.
        unpack = zlib.decompressobj(47)
        for piece in stream:
            yield unpack.decompress(piece, max_bytes)
    else:
        raise FetchRejected("This page is packed in a way that can't be read.")


def _connect_error(error: httpcore.ConnectError) -> FetchRejected | FetchUnavailable:
    causes = [error.__cause__, error.__context__]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return FetchRejected("The website's security certificate isn't valid.")
    return FetchUnavailable("The website doesn't answer.")
