"""The demo's own promises: links hold, facts stand where they are said to stand and nowhere else.

Other tests speak to an agent that has read this business. When one of them fails, these tell
whether the business still says what it asked for.
"""

from __future__ import annotations

import json
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from demo import make_pdfs
from demo.tests import content
from demo.tests.conftest import Ask

HOST = "demo.test:8080"


def test_site_has_at_least_twelve_public_pages():
    assert len(content.public_pages()) >= 12


def test_every_link_and_asset_of_every_page_resolves(ask: Ask):
    links = {link for page in content.all_pages().values() for link in page.links}
    inner = {link for link in links if link.startswith("/")}
    assert [link for link in inner if ask(link, "HEAD").status != 200] == []
    assert {
        link for link in links - inner if not link.startswith(("#", "mailto:", "tel:"))
    } == set()


def test_style_sheet_needs_no_other_host():
    css = (content.SITE / "assets" / "site.css").read_text("utf-8")
    assert "//" not in css
    assert "@import" not in css


def test_canonical_link_of_a_page_is_its_own_address():
    canonical = {name: page.canonical for name, page in content.public_pages().items()}
    assert canonical.pop("/index.html") == "/"
    assert canonical == {name: name for name in canonical}


def test_pages_share_one_footer():
    footers = {page.html.partition("<footer")[2] for page in content.all_pages().values()}
    assert len(footers) == 1


def test_home_describes_the_business_as_json_ld():
    described = json.loads(content.all_pages()["/index.html"].json_ld)
    assert described["name"] == "Harbour Wheels"
    thursday = next(
        hours
        for hours in described["openingHoursSpecification"]
        if "Thursday" in hours["dayOfWeek"]
    )
    assert (thursday["opens"], thursday["closes"]) == ("09:00", "20:00")


def test_sitemap_lists_exactly_the_public_pages_at_the_address_that_was_asked(ask: Ask):
    tree = ElementTree.fromstring(ask("/sitemap.xml", Host=HOST).text)
    listed = {element.text for element in tree.iter() if element.tag.endswith("}loc")}
    paths = {"/" if name == "/index.html" else name for name in content.public_pages()}
    assert listed == {f"http://{HOST}{path}" for path in paths}


def test_robots_keep_polite_crawlers_from_the_staff_page_only(ask: Ask):
    robots = RobotFileParser()
    robots.parse(ask("/robots.txt", Host=HOST).text.splitlines())
    assert robots.site_maps() == [f"http://{HOST}/sitemap.xml"]
    assert not robots.can_fetch("anyone", content.DISALLOWED)
    assert all(robots.can_fetch("anyone", name) for name in content.public_pages())


def test_questions_cover_site_documents_and_nothing_at_all():
    counts = [len(content.questions_about(kind)) for kind in ("site:", "pdf:", "nowhere")]
    assert counts[0] >= 5
    assert counts[1] >= 4
    assert counts[2] >= 4


@pytest.mark.parametrize(
    "asked",
    content.questions_about("site:") + content.questions_about("pdf:"),
    ids=lambda asked: asked["question"],
)
def test_answer_stands_where_it_is_claimed_and_nowhere_else(asked):
    places = [name for name, text in content.public_texts().items() if asked["evidence"] in text]
    assert places == [asked["where"]]
    words = content.public_texts()[asked["where"]].lower()
    assert any(fact in words for fact in asked["any_of"])


@pytest.mark.parametrize(
    "asked", content.questions_about("nowhere"), ids=lambda asked: asked["question"]
)
def test_nothing_public_comes_near_an_unanswerable_question(asked):
    everything = " ".join(content.public_texts().values()).lower()
    assert [word for word in asked["absent"] if word in everything] == []


def test_disallowed_page_says_what_is_false():
    staff = content.all_pages()[content.DISALLOWED].text
    assert "A full service costs 55 euros" in staff
    assert not any("55 euros" in text for text in content.public_texts().values())


def test_documents_have_two_to_four_pages_and_are_not_linked_from_the_site():
    files = sorted(content.DOCUMENTS.glob("*.pdf"))
    assert [file.name for file in files] == ["rental-terms.pdf", "winter-storage.pdf"]
    assert all(2 <= len(PdfReader(file).pages) <= 4 for file in files)
    assert not any(".pdf" in page.html for page in content.all_pages().values())


def test_committed_documents_are_what_the_script_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(make_pdfs, "DOCUMENTS", tmp_path)
    make_pdfs.main()
    for file in content.DOCUMENTS.glob("*.pdf"):
        fresh, committed = PdfReader(tmp_path / file.name), PdfReader(file)
        assert [p.extract_text() for p in fresh.pages] == [
            p.extract_text() for p in committed.pages
        ]


def test_profile_names_documents_that_exist():
    profile = json.loads((content.DEMO / "profile.json").read_text("utf-8"))
    assert all((content.DEMO / path).is_file() for path in profile["documents"])
