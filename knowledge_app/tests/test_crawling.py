"""The crawler against a website on loopback."""

import gzip

import pytest

from foundation.exceptions import FetchRejected, FetchUnavailable
from foundation.fetching import Fetcher
from knowledge_app.crawling import Crawl, CrawlLimits, Page, Unread
from knowledge_app.tests.factories import FETCH_LIMITS
from tests.standins.website import Answer, Website, page, redirect, serve_website


def crawl(site: Website, start: str = "/", *, max_pages: int = 20) -> list[Page | Unread]:
    return list(make_crawl(site, start, max_pages=max_pages).pages())


def make_crawl(
    site: Website,
    start: str = "/",
    *,
    max_pages: int = 20,
    pauses: list[float] | None = None,
    also: tuple[str, ...] = (),
) -> Crawl:
    fetcher = Fetcher(
        user_agent="TestBot", allowed_private_hosts=[site.pair, *also], limits=FETCH_LIMITS
    )
    return Crawl(
        f"{site.url}{start}",
        fetcher=fetcher,
        product="TestBot",
        limits=CrawlLimits(max_pages=max_pages),
        pause=(pauses if pauses is not None else []).append,
    )


def paths(site: Website, found: list[Page | Unread]) -> list[str]:
    return [item.url.removeprefix(site.url) for item in found]


def sitemap(site: Website, *page_paths: str) -> Answer:
    entries = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in page_paths)
    return Answer(f"<urlset>{entries}</urlset>", content_type="application/xml")


def test_pages_are_read_breadth_first_and_once(site: Website) -> None:
    site.answers |= {
        "/": page("Home", "x", "/b", "/a", "/#top"),
        "/a": page("A", "x", "/", "/deep", "/a?utm_source=mail"),
        "/b": page("B", "x", "/a"),
        "/deep": page("Deep", "x"),
    }
    assert paths(site, crawl(site)) == ["/", "/b", "/a", "/deep"]
    assert site.paths.count("/a") == 1


def test_robots_txt_is_kept_to_and_its_delay_waited_for(site: Website) -> None:
    robots = "User-agent: *\nDisallow: /staff\nCrawl-delay: 3"
    site.answers |= {
        "/robots.txt": Answer(robots, content_type="text/plain"),
        "/": page("Home", "x", "/staff/rota", "/a"),
        "/a": page("A", "x"),
    }
    pauses: list[float] = []
    found = list(make_crawl(site, pauses=pauses).pages())
    assert paths(site, found) == ["/", "/a"]
    assert "/staff/rota" not in site.paths
    assert pauses == [3.0]


def test_a_site_that_asks_not_to_be_read_is_not_read(site: Website) -> None:
    site.answers |= {
        "/robots.txt": Answer("User-agent: *\nDisallow: /", content_type="text/plain"),
        "/": page("Home", "x"),
    }
    with pytest.raises(FetchRejected, match=r"robots\.txt"):
        crawl(site)
    assert site.paths == ["/robots.txt"]


def test_a_robots_txt_in_trouble_is_a_reason_to_retry(site: Website) -> None:
    site.answers |= {"/robots.txt": Answer(status=503), "/": page("Home", "x")}
    with pytest.raises(FetchUnavailable):
        crawl(site)


def test_pages_that_only_the_sitemap_knows_are_read_after_the_home_pages_links(
    site: Website,
) -> None:
    site.answers |= {
        "/": page("Home", "x", "/hours"),
        "/hours": page("Hours", "x"),
        "/hidden": page("Hidden", "x"),
        "/sitemap.xml": sitemap(site, "/hidden", "/"),
    }
    assert paths(site, crawl(site)) == ["/", "/hours", "/hidden"]


def test_an_index_of_sitemaps_is_followed(site: Website) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.url}/s.xml.gz</loc></sitemap></sitemapindex>"
    packed = gzip.compress(sitemap(site, "/a").body.encode())
    site.answers |= {
        "/robots.txt": Answer(f"Sitemap: {site.url}/map.xml", content_type="text/plain"),
        "/map.xml": Answer(index, content_type="text/xml"),
        "/s.xml.gz": Answer(packed, content_type="application/gzip"),
        "/": page("Home", "x"),
        "/a": page("A", "x"),
    }
    assert paths(site, crawl(site)) == ["/", "/a"]


def test_an_index_that_names_itself_comes_to_an_end(site: Website) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.url}/sitemap.xml</loc></sitemap></sitemapindex>"
    site.answers |= {"/sitemap.xml": Answer(index), "/": page("Home", "x")}
    assert paths(site, crawl(site)) == ["/"]


def test_the_limit_of_pages_is_kept(site: Website) -> None:
    for n in range(30):
        site.answers[f"/{n}"] = page(str(n), "x", f"/{n + 1}", f"/{n + 2}")
    run = make_crawl(site, "/0", max_pages=5)
    assert len(list(run.pages())) == 5
    assert run.found == 5


def test_addresses_with_a_query_come_last_on_their_level(site: Website) -> None:
    site.answers |= {
        "/": page("Home", "x", "/shop?page=2", "/hours"),
        "/shop?page=2": page("2", "x"),
        "/hours": page("Hours", "x"),
    }
    assert paths(site, crawl(site)) == ["/", "/hours", "/shop?page=2"]


def test_other_sites_and_downloads_are_left_alone(site: Website) -> None:
    with serve_website() as other:
        other.answers["/"] = page("Other", "x")
        site.answers |= {
            "/": page("Home", "x", f"{other.url}/", "/terms.pdf", "mailto:a@b.example", "/away"),
            "/away": redirect(f"{other.url}/"),
        }
        found = list(make_crawl(site, also=(other.pair,)).pages())
    assert paths(site, found) == ["/"]


def test_a_start_that_moves_takes_the_whole_site_along(site: Website) -> None:
    with serve_website() as new:
        new.answers |= {"/": page("New", "x", "/a"), "/a": page("A", "x")}
        site.answers["/"] = redirect(f"{new.url}/", 301)
        found = list(make_crawl(site, also=(new.pair,)).pages())
    assert [item.url for item in found] == [f"{new.url}/", f"{new.url}/a"]


def test_a_redirect_to_a_private_address_is_a_problem_of_that_page(site: Website) -> None:
    site.answers |= {
        "/": page("Home", "x", "/evil", "/a"),
        "/evil": redirect("http://169.254.169.254/latest/meta-data/"),
        "/a": page("A", "x"),
    }
    found = crawl(site)
    assert paths(site, found) == ["/", "/evil", "/a"]
    assert found[1] == Unread(
        f"{site.url}/evil", "This address is not on the public internet.", is_temporary=False
    )


def test_a_page_under_two_names_is_read_once(site: Website) -> None:
    canonical = '<link rel="canonical" href="/a"><main><h1>A</h1></main>'
    site.answers |= {
        "/": page("Home", "x", "/a", "/a.html", "/old-a"),
        "/a": Answer(canonical),
        "/a.html": Answer(canonical),
        "/old-a": redirect("/a"),
    }
    assert paths(site, crawl(site)) == ["/", "/a"]


def test_a_canonical_address_that_is_always_the_home_page_is_not_believed(site: Website) -> None:
    wrong = f'<link rel="canonical" href="{site.url}/"><main><h1>A</h1></main>'
    site.answers |= {"/": page("Home", "x", "/a"), "/a": Answer(wrong)}
    assert paths(site, crawl(site)) == ["/", "/a"]


def test_a_page_in_trouble_is_asked_for_once_more_at_the_end(site: Website) -> None:
    answers = iter([Answer(status=503), page("A", "x")])
    site.answers |= {
        "/": page("Home", "x", "/a", "/b"),
        "/a": lambda: next(answers),
        "/b": page("B", "x"),
    }
    assert paths(site, crawl(site)) == ["/", "/b", "/a"]


def test_a_page_that_stays_in_trouble_is_said_to_be_temporary(site: Website) -> None:
    site.answers |= {"/": page("Home", "x", "/a"), "/a": Answer(status=500)}
    problem = crawl(site)[1]
    assert isinstance(problem, Unread)
    assert problem.is_temporary


def test_dead_links_are_limited_too(site: Website) -> None:
    site.answers["/"] = page("Home", "x", *[f"/{n}" for n in range(500)])
    found = crawl(site, max_pages=10)
    assert len(found) <= 31


def test_a_start_that_does_not_exist_is_for_the_owner(site: Website) -> None:
    with pytest.raises(FetchRejected, match="404"):
        crawl(site)


def test_time_is_limited(site: Website) -> None:
    site.answers |= {"/": page("Home", "x", "/a"), "/a": page("A", "x")}
    run = make_crawl(site)
    run._ends_at = 0.0
    assert len(list(run.pages())) == 1
    assert run.ran_out_of_time


def test_addresses_of_sitemaps_that_make_no_sense_are_passed_over(site: Website) -> None:
    robots = f"Sitemap: http://[x\nSitemap: http://x:y/\nSitemap: {site.url}/map.xml"
    index = "<sitemapindex><sitemap><loc>http://[x</loc></sitemap></sitemapindex>"
    site.answers |= {
        "/robots.txt": Answer(robots, content_type="text/plain"),
        "/map.xml": Answer(index, content_type="text/xml"),
        "/": page("Home", "x", "http://[x", "/a"),
        "/a": page("A", "x"),
    }
    assert paths(site, crawl(site)) == ["/", "/a"]


def test_a_redirect_to_nonsense_spoils_only_its_page(site: Website) -> None:
    site.answers |= {
        "/": page("Home", "x", "/a", "/b"),
        "/a": redirect("http://[x"),
        "/b": page("B", "x"),
    }
    found = crawl(site)
    assert [type(one).__name__ for one in found] == ["Page", "Unread", "Page"]
