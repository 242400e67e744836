"""The choice of ports: remembered, and replaced where somebody else listens."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.ports import PREFERRED, Ports, any_free, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_replaced_and_said(tmp_path: Path, taken: int) -> None:
    ports = Ports(tmp_path / "ports.json")
    ports.settle({"web": taken})
    assert ports["web"] != taken
    assert f"port {taken} is taken, the web uses {ports['web']}" in ports.changes


def test_the_next_start_uses_the_same_ports(tmp_path: Path) -> None:
    first, second = Ports(tmp_path / "ports.json"), None
    first.settle({"web": any_free()})
    second = Ports(tmp_path / "ports.json")
    second.settle()
    assert [second[part] for part in PREFERRED] == [first[part] for part in PREFERRED]
    assert second.changes == []


def test_no_two_parts_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    wish = any_free()
    ports.settle(dict.fromkeys(PREFERRED, wish))
    assert len({ports[part] for part in PREFERRED}) == len(PREFERRED)


def test_a_broken_file_means_the_preferred_ports(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"web": "eight thousand"}')
    assert Ports(tmp_path / "ports.json")["web"] == PREFERRED["web"]


def test_a_wildcard_listener_counts_as_taken() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_udp_listener_counts_as_taken() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert not is_free(server.getsockname()[1], udp=True)


def test_a_port_left_a_moment_ago_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
    accepted.close()
    client.close()
    assert is_free(port)
