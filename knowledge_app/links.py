"""Where a page leads: its links and the address that it wants to be known by."""

from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.etree import ParserError

from knowledge_app.page_urls import normalise_url, site_of

MAX_LINKS = 1_000


@dataclass(frozen=True)
class PageLinks:
    """`pages` are absolute and in reading order; `canonical` is empty unless it can be believed."""

    pages: tuple[str, ...] = ()
    canonical: str = ""


def read_links(body: bytes, *, url: str) -> PageLinks:
    """Read a page's links; what isn't HTML has none."""
    try:
        root = lxml_html.document_fromstring(body)
    except (ParserError, ValueError):
        return PageLinks()
    base = normalise_url(next(iter(root.xpath("//base/@href")), ""), base=url) or url
    hrefs = root.xpath("//a[@href][not(contains(@rel, 'nofollow'))]/@href")[:MAX_LINKS]
    pages = dict.fromkeys(filter(None, (normalise_url(href, base=base) for href in hrefs)))
    canonical = next(iter(root.xpath("//link[@rel='canonical']/@href")), "")
    return PageLinks(tuple(pages), _believable(normalise_url(canonical, base=base), url))


def _believable(canonical: str, url: str) -> str:
    """Drop a canonical address on another site, and one that is the home page: many themes say so
    on every page.
    """
    is_home = canonical.removesuffix("/").count("/") == 2
    return "" if is_home or site_of(canonical) != site_of(url) else canonical
