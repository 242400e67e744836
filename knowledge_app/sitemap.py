"""A website's own list of its pages (sitemaps.org), read for addresses only; a broken one is no
reason to stop.
"""

import gzip
import zlib
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

MAX_SITEMAP_BYTES = 10_000_000
MAX_ADDRESSES = 5_000


@dataclass(frozen=True)
class Sitemap:
    """`pages` in the file's order; `sitemaps` are further files of an index."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(body: bytes) -> Sitemap:
    """Read XML, gzipped XML or a plain list of addresses; anything else is an empty sitemap."""
    text = _unzipped(body)
    if text.lstrip()[:4] == b"http":
        lines = text.decode("utf-8", "replace").split()[:MAX_ADDRESSES]
        return Sitemap(pages=tuple(line for line in lines if line.startswith("http")))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Sitemap()
    return Sitemap() if root is None else _read(root)


def _read(root: etree._Element) -> Sitemap:
    addresses: dict[str, list[str]] = {"url": [], "sitemap": []}
    for entry in root:
        kind = etree.QName(entry).localname if isinstance(entry.tag, str) else ""
        location = next((e.text for e in entry.iterfind("{*}loc") if e.text), "")
        if kind in addresses and location and len(addresses[kind]) < MAX_ADDRESSES:
            addresses[kind].append(location.strip())
    return Sitemap(pages=tuple(addresses["url"]), sitemaps=tuple(addresses["sitemap"]))


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(BytesIO(body)) as stream:
            return stream.read(MAX_SITEMAP_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""
