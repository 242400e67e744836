"""Which addresses may be opened. No packet leaves: resolvers are given."""

import ipaddress
import socket

import pytest

from foundation.addresses import Target, is_public, parse_target, resolve_public
from foundation.exceptions import FetchRejected, FetchUnavailable

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
]
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::808:808"]

HOSTILE_URLS = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://app.localhost/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://user@example.com/",
    "http://user:secret@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://exa\tmple.com/",
    "http://example.com/\r\nHost: x",
    "http://example .com/",
    "http://exam%70le.com/",
    "http://example.com:22/",
    "http://example.com:25/",
    "http://example.com:99999/",
    "http://example.com:x/",
    "http:///path",
    "http://",
    "//example.com/",
    "example.com",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com:70/",
    "javascript:alert(1)",
    "http://[::1",
    "http://-example.com/",
    "http://exa<mple.com/",
    "http://" + "a" * 300 + ".com/",
    "https://example.com/" + "a" * 1001,
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_hostile_address_is_refused_before_anything_is_resolved(url: str) -> None:
    with pytest.raises(FetchRejected):
        parse_target(url)


def test_an_address_is_taken_apart_as_it_will_be_connected_to() -> None:
    assert parse_target("HTTPS://Bücher.Example.:8443/x") == Target(
        "https", "xn--bcher-kva.example", 8443
    )


def test_a_named_private_pair_is_open_and_its_neighbours_are_not() -> None:
    allowed = ["127.0.0.1:8100", "[::1]:8100", "demo.internal:80"]
    for url in ("http://127.0.0.1:8100/", "http://[::1]:8100/a", "http://demo.internal/"):
        parse_target(url, allowed_private_hosts=allowed)
    for url in ("http://127.0.0.1:8101/", "http://127.0.0.2:8100/", "http://[::1]/"):
        with pytest.raises(FetchRejected):
            parse_target(url, allowed_private_hosts=allowed)


def test_a_host_that_resolves_to_a_private_address_is_refused() -> None:
    with pytest.raises(FetchRejected):
        resolve_public("rebind.example", 80, resolve=lambda host, port: ["10.0.0.5"])


def test_one_private_address_among_public_ones_refuses_them_all() -> None:
    with pytest.raises(FetchRejected):
        resolve_public("mixed.example", 80, resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"])


def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(FetchRejected):
        resolve_public("empty.example", 80, resolve=lambda host, port: [])


def test_an_unknown_host_is_the_owners_mistake() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(FetchRejected, match="no website"):
        resolve_public("typo.example", 80, resolve=resolve)


def test_a_silent_name_server_is_a_reason_to_retry() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    with pytest.raises(FetchUnavailable):
        resolve_public("slow.example", 80, resolve=resolve)
