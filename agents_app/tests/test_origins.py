"""Which addresses get onto an agent's list of websites, and in which form."""

import pytest

from agents_app.exceptions import OriginsRejected
from agents_app.origins import MAX_ORIGINS, clean_origins, normalise_origin


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Shop.example/a?b#c", "https://shop.example"),
        ("https://stra\u00dfe.de", "https://xn--strae-oqa.de"),
        ("https://M\u00dcNCHEN.example:443", "https://xn--mnchen-3ya.example"),
        ("http://my_shop.example:8080", "http://my_shop.example:8080"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://.", ""),
        ("https://a b", ""),
        ("http://[x", ""),
        (f"https://{'a.' * 150}de", ""),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(given: str, origin: str) -> None:
    assert normalise_origin(given) == origin


def test_a_list_holds_each_origin_once() -> None:
    lines = ["https://shop.example/a", " ", "https://SHOP.example"]
    assert clean_origins(lines) == ["https://shop.example"]


def test_what_is_wrong_is_named_line_by_line() -> None:
    with pytest.raises(OriginsRejected) as caught:
        clean_origins(["shop.example", "https://shop.example", "*"])
    assert [problem[:5] for problem in caught.value.problems] == ["\u201cshop", "\u201c*\u201d i"]


def test_a_list_has_an_end() -> None:
    with pytest.raises(OriginsRejected, match="At most"):
        clean_origins([f"https://{n}.example" for n in range(MAX_ORIGINS + 1)])
