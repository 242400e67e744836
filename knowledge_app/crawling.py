"""Reads a website politely, page by page: robots.txt and its delay, one request at a time, same
site, a limit of pages.

Breadth first, because what matters to visitors is linked from the home page; addresses from the
sitemap come after the home page's links, so that five hundred blog posts don't crowd out the
opening hours.
"""

import heapq
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from foundation.exceptions import FetchError, FetchRejected, FetchUnavailable
from foundation.fetching import Fetched, Fetcher
from knowledge_app.links import PageLinks, read_links
from knowledge_app.page_urls import may_be_page, normalise_url, origin_of, site_of
from knowledge_app.robots import MAX_ROBOTS_BYTES, Robots, parse_robots
from knowledge_app.sitemap import MAX_SITEMAP_BYTES, parse_sitemap

MAX_SITEMAPS = 10
MAX_DELAY_SECONDS = 10.0
# Without a wish of the site: as long as it took to answer, but no longer than this.
MAX_OWN_DELAY_SECONDS = 0.5
MAX_QUEUED = 5_000
_START, _SITEMAP_DEPTH, _AGAIN = 0, 2, 1_000


@dataclass(frozen=True)
class Page:
    """A page that was read; `url` is the one it wants to be known by."""

    url: str
    charset: str
    html: bytes = field(repr=False)


@dataclass(frozen=True)
class Unread:
    """A page that couldn't be read; one that may come back is `is_temporary`."""

    url: str
    message: str
    is_temporary: bool


@dataclass(frozen=True)
class CrawlLimits:
    max_pages: int
    max_seconds: float = 1200.0


class Crawl:
    """One run over one website; iterate `pages()`, and read `found` while it goes on.

    `product` is the name that robots.txt may call us by; `pause` sleeps, and is given so that tests
    don't.
    """

    def __init__(
        self,
        start_url: str,
        *,
        fetcher: Fetcher,
        product: str,
        limits: CrawlLimits,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._start_url = normalise_url(start_url)
        self._fetcher = fetcher
        self._product = product
        self._limits = limits
        self._pause = pause
        self._ends_at = time.monotonic() + limits.max_seconds
        self._queue: list[tuple[int, bool, int, str]] = []
        self._known: set[str] = set()
        self._read = 0
        self._asked = 0
        self._own_delay_seconds = 0.0
        self._robots = Robots()
        self._site = ""

    @property
    def found(self) -> int:
        """How many pages this run will read, as far as is known now."""
        return min(self._limits.max_pages, self._read + len(self._queue))

    @property
    def ran_out_of_time(self) -> bool:
        return bool(self._queue) and time.monotonic() > self._ends_at

    def pages(self) -> Iterator[Page | Unread]:
        """Yield every page as soon as it is read, the start page first.

        Raises:
            FetchRejected: the start page can't be read at all; the owner must act.
            FetchUnavailable: the website doesn't answer now.
        """
        yield self._read_start()
        if self._limits.max_pages > 1:
            self._queue_sitemaps()
        while self._queue and not self._is_over():
            depth, _, _, url = heapq.heappop(self._queue)
            self._wait()
            found = self._visit(url, depth)
            if found is not None:
                yield found

    def _is_over(self) -> bool:
        # Dead links cost requests too, so they are limited as well.
        too_many = self._read >= self._limits.max_pages or self._asked > 3 * self._limits.max_pages
        return too_many or time.monotonic() > self._ends_at

    def _read_start(self) -> Page:
        self._robots = self._load_robots(self._start_url)
        self._refuse_if_disallowed(self._start_url)
        self._known.add(self._start_url)
        fetched = self._fetch(self._start_url)
        self._site = site_of(fetched.url_final)
        if origin_of(fetched.url_final) != origin_of(self._start_url):
            self._robots = self._load_robots(fetched.url_final)
            self._refuse_if_disallowed(fetched.url_final)
        self._read += 1
        return self._take(fetched, read_links(fetched.body, url=fetched.url_final), _START)

    def _refuse_if_disallowed(self, url: str) -> None:
        if not self._robots.allows(url):
            raise FetchRejected(
                "The website's robots.txt asks not to be read. "
                f"Allow “{self._product}” there, then read it again."
            )

    def _visit(self, url: str, depth: int) -> Page | Unread | None:
        """Read one page; None when it is one that was read already or is on another site."""
        try:
            fetched = self._fetch(url)
        except FetchUnavailable as error:
            if depth >= _AGAIN:
                return Unread(url, error.message, is_temporary=True)
            heapq.heappush(self._queue, (depth + _AGAIN, False, len(self._known), url))
            self._pause(min(error.retry_after_seconds or 1, MAX_DELAY_SECONDS))
            return None
        except FetchRejected as error:
            return Unread(url, error.message, is_temporary=False)
        return self._accept(url, fetched, depth)

    def _accept(self, url: str, fetched: Fetched, depth: int) -> Page | None:
        links = read_links(fetched.body, url=fetched.url_final)
        names = {normalise_url(fetched.url_final), links.canonical} - {"", url}
        if site_of(fetched.url_final) != self._site or names & self._known:
            return None
        if not self._robots.allows(fetched.url_final):
            return None
        self._read += 1
        return self._take(fetched, links, depth)

    def _take(self, fetched: Fetched, links: PageLinks, depth: int) -> Page:
        final = normalise_url(fetched.url_final)
        name = links.canonical or final
        self._known |= {final, name}
        for link in links.pages:
            self._enqueue(link, depth % _AGAIN + 1)
        return Page(name, fetched.charset, fetched.body)

    def _enqueue(self, url: str, depth: int) -> None:
        url = normalise_url(url)
        is_new = url and url not in self._known and len(self._known) < MAX_QUEUED
        if is_new and site_of(url) == self._site and may_be_page(url) and self._robots.allows(url):
            self._known.add(url)
            # Addresses with a query come last on their level: they are filters, calendars and
            # shopping carts.
            heapq.heappush(self._queue, (depth, "?" in url, len(self._known), url))

    def _fetch(self, url: str) -> Fetched:
        began = time.monotonic()
        self._asked += 1
        try:
            return self._fetcher.fetch(url)
        finally:
            self._own_delay_seconds = min(time.monotonic() - began, MAX_OWN_DELAY_SECONDS)

    def _wait(self) -> None:
        wished = min(self._robots.delay_seconds, MAX_DELAY_SECONDS)
        self._pause(max(wished, self._own_delay_seconds))

    def _load_robots(self, url: str) -> Robots:
        """Read robots.txt; RFC 9309: a 4xx allows everything, a 5xx nothing (here: try again
        later).
        """
        try:
            fetched = self._fetcher.fetch(
                f"{origin_of(url)}/robots.txt", accept=(), max_bytes=MAX_ROBOTS_BYTES
            )
        except FetchRejected:
            return Robots()
        return parse_robots(fetched.body.decode("utf-8", "replace"), product=self._product)

    def _queue_sitemaps(self) -> None:
        waiting = list(self._robots.sitemaps) or [f"{origin_of(self._start_url)}/sitemap.xml"]
        seen: set[str] = set()
        while waiting and len(seen) < MAX_SITEMAPS:
            url = normalise_url(waiting.pop(0))
            if not url or url in seen or site_of(url) != self._site:
                continue
            seen.add(url)
            waiting += self._queue_sitemap(url)

    def _queue_sitemap(self, url: str) -> tuple[str, ...]:
        """Queue the pages of one sitemap and return the sitemaps that it names."""
        try:
            fetched = self._fetcher.fetch(url, accept=(), max_bytes=MAX_SITEMAP_BYTES)
        except FetchError:
            return ()
        sitemap = parse_sitemap(fetched.body)
        for page in sorted(sitemap.pages, key=lambda page: page.count("/")):
            self._enqueue(page, _SITEMAP_DEPTH)
        return sitemap.sitemaps
