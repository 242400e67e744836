"""Fetching from loopback, which is opened by name, and from made-up public hosts whose connections
are recorded instead of made.
"""

import gzip
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.exceptions import FetchRejected, FetchUnavailable
from foundation.fetching import Fetcher, FetchLimits, check_public_url
from tests.standins.website import (
    Answer,
    Website,
    dripping,
    endless,
    page,
    redirect,
    serve_website,
)

LIMITS = FetchLimits(max_bytes=200_000, total_seconds=1.5, step_seconds=1.0)


@pytest.fixture
def site() -> Iterator[Website]:
    with serve_website() as site:
        yield site


@pytest.fixture
def fetcher(site: Website) -> Iterator[Fetcher]:
    with open_fetcher(site) as fetcher:
        yield fetcher


def open_fetcher(site: Website) -> Fetcher:
    return Fetcher(
        user_agent="TestBot/1.0", allowed_private_hosts=[site.pair], limits=LIMITS, resolve=resolver
    )


def resolver(host: str, port: int) -> list[str]:
    """A name server of tests: everything but loopback's own names is somewhere else."""
    known = {"127.0.0.1": "127.0.0.1", "metadata.example": "169.254.169.254"}
    return [known.get(host, "10.1.2.3")]


class RecordingBackend(httpcore.NetworkBackend):
    """Connects nowhere; remembers where to, and goes to `answers_at` instead if that is given."""

    def __init__(self, answers_at: Website | None = None) -> None:
        self.connected: list[tuple[str, int]] = []
        self._answers_at = answers_at

    def connect_tcp(
        self, host: str, port: int, timeout=None, local_address=None, socket_options=None
    ) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        if self._answers_at is None:
            raise httpcore.ConnectError("recorded")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._answers_at.port, timeout)


def test_a_page_is_fetched_with_our_name_on_it(site: Website, fetcher: Fetcher) -> None:
    site.answers["/a?b=%20c"] = page("Hello", "text")
    fetched = fetcher.fetch(f"{site.url}/a?b=%20c#part")
    assert (fetched.status, fetched.content_type, fetched.charset) == (200, "text/html", "utf-8")
    assert b"Hello" in fetched.body
    assert fetched.url_final == f"{site.url}/a?b=%20c"
    assert site.requests[0][1]["User-Agent"] == "TestBot/1.0"
    assert site.requests[0][1]["Host"] == site.pair


def test_letters_outside_ascii_are_sent_percent_encoded(site: Website, fetcher: Fetcher) -> None:
    site.answers["/%C3%B6ffnung"] = page("Hours", "text")
    assert fetcher.fetch(f"{site.url}/öffnung").status == 200


def test_the_checked_address_is_the_one_connected_to(site: Website) -> None:
    backend = RecordingBackend(answers_at=site)
    site.answers["/"] = page("Hello", "text")
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    with Fetcher(
        user_agent="TestBot", resolve=lambda host, port: next(answers), backend=backend
    ) as fetcher:
        fetcher.fetch("http://rebind.example/")
    assert backend.connected == [("93.184.215.14", 80)]
    assert site.requests[0][1]["Host"] == "rebind.example"


def test_a_second_connection_is_checked_again(site: Website) -> None:
    backend = RecordingBackend(answers_at=site)
    site.answers["/"] = Answer("<p>x", headers={"Connection": "close"})
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    with Fetcher(
        user_agent="TestBot", resolve=lambda host, port: next(answers), backend=backend
    ) as fetcher:
        fetcher.fetch("http://rebind.example/")
        with pytest.raises(FetchRejected, match="public internet"):
            fetcher.fetch("http://rebind.example/")
    assert len(backend.connected) == 1


def test_a_private_host_is_never_connected_to() -> None:
    backend = RecordingBackend()
    with (
        Fetcher(user_agent="TestBot", resolve=resolver, backend=backend) as fetcher,
        pytest.raises(FetchRejected, match="public internet"),
    ):
        fetcher.fetch("http://metadata.example/latest/")
    assert backend.connected == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://metadata.example/",
        "http://2130706433/",
        "http://[::1]/",
        "//localhost/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
    ],
)
def test_a_redirect_to_a_private_place_is_refused(
    location: str, site: Website, fetcher: Fetcher
) -> None:
    site.answers["/"] = redirect(location)
    with pytest.raises(FetchRejected):
        fetcher.fetch(site.url)
    assert site.paths == ["/"]


def test_redirects_are_followed_to_the_page(site: Website, fetcher: Fetcher) -> None:
    site.answers |= {"/": redirect("/a"), "/a": redirect("b", 301), "/b": page("B", "text")}
    assert fetcher.fetch(site.url).url_final == f"{site.url}/b"


def test_a_redirect_to_nonsense_is_refused(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = redirect("http://[x")
    with pytest.raises(FetchRejected, match="leads nowhere"):
        fetcher.fetch(site.url)


def test_redirects_in_a_circle_come_to_an_end(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = redirect("/")
    with pytest.raises(FetchRejected, match="one to the next"):
        fetcher.fetch(site.url)
    assert len(site.paths) == LIMITS.max_redirects + 1


def test_a_page_without_an_end_is_left(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(write=endless)
    with pytest.raises(FetchRejected, match="too large"):
        fetcher.fetch(site.url)


def test_a_compressed_bomb_is_measured_while_it_unpacks(site: Website, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    site.answers["/"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchRejected, match="too large"):
        fetcher.fetch(site.url)


def test_a_compressed_page_is_unpacked(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(gzip.compress(b"<p>hi"), headers={"Content-Encoding": "gzip"})
    assert fetcher.fetch(site.url).body == b"<p>hi"


def test_an_unknown_packing_is_refused(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(b"??", headers={"Content-Encoding": "br"})
    with pytest.raises(FetchRejected, match="packed"):
        fetcher.fetch(site.url)


def test_a_server_that_drips_is_left_in_time(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(write=dripping)
    began = time.monotonic()
    with pytest.raises(FetchUnavailable, match="too long"):
        fetcher.fetch(site.url)
    assert time.monotonic() - began < 3


def test_a_server_that_says_nothing_is_left_in_time(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = lambda: time.sleep(3) or Answer()
    with pytest.raises(FetchUnavailable, match="too long"):
        fetcher.fetch(site.url)


def test_another_kind_of_file_is_refused_unread(site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(content_type="image/png", write=endless)
    with pytest.raises(FetchRejected, match="another kind"):
        fetcher.fetch(site.url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_refusal_of_the_site_is_for_the_owner(
    status: int, site: Website, fetcher: Fetcher
) -> None:
    site.answers["/"] = Answer(status=status)
    with pytest.raises(FetchRejected) as caught:
        fetcher.fetch(site.url)
    assert caught.value.status == status


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_sites_trouble_is_a_reason_to_retry(status: int, site: Website, fetcher: Fetcher) -> None:
    site.answers["/"] = Answer(status=status, headers={"Retry-After": "7"})
    with pytest.raises(FetchUnavailable) as caught:
        fetcher.fetch(site.url)
    assert caught.value.retry_after_seconds == 7


def test_a_closed_port_is_a_reason_to_retry(site: Website) -> None:
    fetcher = open_fetcher(site)
    with serve_website() as gone:
        pass
    with fetcher, pytest.raises(FetchRejected):
        fetcher.fetch(gone.url)
    with (
        Fetcher(user_agent="x", allowed_private_hosts=[gone.pair]) as fetcher,
        pytest.raises(FetchUnavailable, match="doesn't answer"),
    ):
        fetcher.fetch(gone.url)


def test_checking_an_address_asks_the_name_server() -> None:
    check_public_url("https://shop.example/", resolve=lambda host, port: ["8.8.8.8"])
    with pytest.raises(FetchRejected):
        check_public_url("https://shop.example/", resolve=lambda host, port: ["192.168.0.1"])


def test_over_tls_the_name_is_asked_for_and_checked(tmp_path: Path) -> None:
    server_context, trusted = _certificate_for("shop.example", tmp_path)
    names: list[str | None] = []
    server_context.sni_callback = lambda socket, name, context: names.append(name)
    with serve_website(server_context) as site:
        site.answers["/"] = page("Secure", "text")
        backend = RecordingBackend(answers_at=site)
        with Fetcher(
            user_agent="x",
            resolve=lambda host, port: ["93.184.215.14"],
            backend=backend,
            ssl_context=trusted,
        ) as fetcher:
            assert b"Secure" in fetcher.fetch("https://shop.example/").body
            with pytest.raises(FetchRejected, match="certificate"):
                fetcher.fetch("https://other.example/")
    assert backend.connected == [("93.184.215.14", 443)] * 2
    assert names == ["shop.example", "other.example"]


def _certificate_for(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a fresh certificate, and a client's that trusts only it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())
