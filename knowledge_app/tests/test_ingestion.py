"""Reading a source from its beginning to its rows: again, interrupted, changed, broken."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from knowledge_app.exceptions import SourceUnavailable
from knowledge_app.models import (
    ChunkEmbedding,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
)
from knowledge_app.reading_runs import MAX_WAIT_SECONDS, read_source, wait_seconds
from knowledge_app.services import sync_source
from knowledge_app.tests import pdfs
from knowledge_app.tests.factories import SourceFactory, WordEmbedder, make_reader
from tests.standins.website import Answer, Website, page

pytestmark = pytest.mark.django_db
Kind, Status = KnowledgeSource.Kind, KnowledgeSource.Status


def website(site: Website, **fields: object) -> KnowledgeSource:
    site.answers |= {
        "/": page("Home", "Welcome to the workshop by the harbour.", "/hours", "/prices"),
        "/hours": page("Hours", "On Saturday we open from nine to two."),
        "/prices": page("Prices", "A full service costs eighty five euros."),
    }
    return SourceFactory(kind=Kind.WEBSITE, url=f"{site.url}/", text="", **fields)


def read(source: KnowledgeSource, site: Website | None = None, **options: object) -> float | None:
    wait = read_source(source.pk, reader=make_reader(site, **options))
    source.refresh_from_db()
    return wait


def rows(source: KnowledgeSource) -> list[tuple[str, int, str]]:
    chunks = KnowledgeChunk.objects.filter(document__source=source).select_related("document")
    return sorted((chunk.document.key, chunk.position, chunk.text) for chunk in chunks)


def test_a_website_becomes_documents_chunks_and_embeddings(site: Website) -> None:
    source = website(site)
    assert read(source, site) is None
    assert (source.status, source.percent, source.documents_done) == (Status.READY, 100, 3)
    assert source.synced_at is not None
    assert source.problems == []
    hours = KnowledgeDocument.objects.get(source=source, title="Hours")
    assert (hours.url, hours.language) == (f"{site.url}/hours", "en")
    chunk = hours.chunks.get()
    assert (chunk.heading, chunk.text) == ("Hours", "On Saturday we open from nine to two.")
    assert chunk.search
    assert ChunkEmbedding.objects.get(chunk=chunk).agent == source.agent


def test_what_is_embedded_says_where_it_stands(site: Website) -> None:
    embedder = WordEmbedder()
    read(website(site), site, embedder=embedder)
    assert embedder.texts[1] == "Hours > Hours\nOn Saturday we open from nine to two."


def test_reading_twice_leaves_the_same_rows_and_embeds_nothing_anew(site: Website) -> None:
    source, embedder = website(site), WordEmbedder()
    read(source, site)
    ids = set(KnowledgeChunk.objects.values_list("pk", flat=True))
    sync_source(source=source)
    read(source, site, embedder=embedder)
    assert set(KnowledgeChunk.objects.values_list("pk", flat=True)) == ids
    assert embedder.texts == []


def test_a_changed_page_is_replaced_and_a_vanished_one_is_forgotten(site: Website) -> None:
    source = website(site)
    read(source, site)
    site.answers["/"] = page("Home", "Welcome to the workshop by the harbour.", "/hours")
    site.answers["/hours"] = page("Hours", "We are closed on Saturday from now on.")
    del site.answers["/prices"]
    sync_source(source=source)
    read(source, site)
    assert [text for _, _, text in rows(source)] == [
        "Welcome to the workshop by the harbour.",
        "We are closed on Saturday from now on.",
    ]


def test_a_page_that_is_in_trouble_keeps_what_was_known_of_it(site: Website) -> None:
    source = website(site)
    read(source, site)
    before = rows(source)
    site.answers["/hours"] = Answer(status=500)
    sync_source(source=source)
    read(source, site)
    assert rows(source) == before
    assert source.status == Status.READY
    assert source.problems == [
        {
            "where": f"{site.url}/hours",
            "message": "The website has a problem right now (500).",
        }
    ]


def test_the_same_text_under_two_addresses_is_one_document(site: Website) -> None:
    source = website(site)
    site.answers["/prices"] = site.answers["/hours"]
    read(source, site)
    assert source.documents.count() == 2


def test_a_task_that_was_killed_goes_on_where_it_was(site: Website) -> None:
    class Killed(BaseException):
        pass

    class DyingEmbedder(WordEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            if len(self.texts) == 1:
                raise Killed
            return super().embed_passages(texts)

    source = website(site)
    with pytest.raises(Killed):
        read(source, site, embedder=DyingEmbedder())
    source.refresh_from_db()
    assert (source.status, source.documents.count()) == (Status.WORKING, 1)
    KnowledgeSource.objects.filter(pk=source.pk).update(status=Status.QUEUED)
    read(source, site)
    assert (source.status, source.documents.count()) == (Status.READY, 3)


def test_what_kills_its_worker_each_time_is_given_up(site: Website) -> None:
    source = website(site, attempts=5)
    assert read(source, site) is None
    assert source.status == Status.FAILED
    assert "given up" in source.problems[0]["message"]


def test_a_source_that_is_deleted_meanwhile_ends_quietly(site: Website) -> None:
    source = website(site)

    class DeletingEmbedder(WordEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            KnowledgeSource.objects.filter(pk=source.pk).delete()
            return super().embed_passages(texts)

    assert read_source(source.pk, reader=make_reader(site, embedder=DeletingEmbedder())) is None
    assert not KnowledgeDocument.objects.exists()


def test_a_website_in_trouble_is_tried_again_and_at_last_given_up(site: Website) -> None:
    source = website(site)
    site.answers["/"] = Answer(status=503)
    for _ in range(4):
        assert read(source, site) > 0
        assert source.status == Status.QUEUED
        assert source.beat_at > source.updated_at
    assert read(source, site) is None
    assert source.status == Status.FAILED
    assert "tried 5 times" in source.activity


def test_models_in_trouble_are_tried_again(site: Website) -> None:
    class BusyEmbedder(WordEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            raise SourceUnavailable("The part that understands texts isn't ready.")

    source = website(site)
    assert read(source, site, embedder=BusyEmbedder()) > 0
    assert source.status == Status.QUEUED


def test_a_website_that_does_not_exist_fails_with_a_sentence(site: Website) -> None:
    source = website(site)
    site.answers["/"] = Answer(status=404)
    read(source, site)
    assert (source.status, source.activity) == (Status.FAILED, "This page doesn't exist (404).")


def test_a_website_without_words_fails_with_a_sentence(site: Website) -> None:
    source = website(site)
    site.answers["/"] = Answer("<div id=app></div><script>render()</script>")
    read(source, site)
    assert source.status == Status.FAILED
    assert "JavaScript" in source.activity


def test_an_error_of_ours_is_a_sentence_too_and_is_logged(
    site: Website, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenEmbedder(WordEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            raise RuntimeError("bug")

    source = website(site)
    read(source, site, embedder=BrokenEmbedder())
    assert source.status == Status.FAILED
    assert "our side" in source.activity
    assert "reading a source failed" in caplog.text


def test_one_page_is_read_without_its_links(site: Website) -> None:
    source = website(site)
    KnowledgeSource.objects.filter(pk=source.pk).update(kind=Kind.PAGE)
    read(source, site)
    assert [key for key, _, _ in rows(source)] == [f"{site.url}/"]
    assert "/sitemap.xml" not in site.paths


def test_a_text_is_read() -> None:
    source = SourceFactory(title="Parking", text="# Cars\nPark behind the old fish market.")
    read(source)
    chunk = KnowledgeChunk.objects.get(document__source=source)
    assert (chunk.document.title, chunk.heading) == ("Parking", "Cars")


def test_what_an_owner_writes_is_learnt_however_short() -> None:
    source = SourceFactory(kind=Kind.TEXT, text="Dogs welcome.")
    read(source)
    assert source.status == Status.READY
    assert [text for _, _, text in rows(source)] == ["Dogs welcome."]


def test_a_pdf_is_read_and_its_chunks_know_their_page() -> None:
    source = SourceFactory(kind=Kind.FILE, title="terms.pdf", text="")
    source.file.save("terms.pdf", ContentFile(pdfs.make_pdf()))
    read(source)
    assert source.status == Status.READY
    late = KnowledgeChunk.objects.get(document__source=source, text__contains="late return")
    assert (late.page, late.document.url) == (2, "")


def test_a_pdf_without_text_fails_with_a_sentence() -> None:
    source = SourceFactory(kind=Kind.FILE, title="scan.pdf", text="")
    source.file.save("scan.pdf", ContentFile(pdfs.make_scan()))
    read(source)
    assert source.status == Status.FAILED
    assert source.problems == [
        {
            "where": "scan.pdf",
            "message": "This PDF has no text, only pictures; it is probably a scan. "
            "Please upload one with real text.",
        }
    ]


def test_progress_is_in_the_owners_words(site: Website) -> None:
    source = website(site)
    seen: list[str] = []

    class WatchingEmbedder(WordEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            row = KnowledgeSource.objects.get(pk=source.pk)
            seen.append(f"{row.percent} {row.activity}")
            return super().embed_passages(texts)

    read(source, site, embedder=WatchingEmbedder())
    assert seen == [
        "0 Reading page 1 of 3: Home",
        "33 Reading page 2 of 3: Hours",
        "66 Reading page 3 of 3: Prices",
    ]


def test_waits_double_up_to_a_limit_and_honour_what_the_site_asked() -> None:
    assert 11 <= wait_seconds(1) <= 19
    assert 45 <= wait_seconds(3) <= 75
    assert wait_seconds(1, asked_seconds=120) == 120
    assert wait_seconds(12) == MAX_WAIT_SECONDS
    assert wait_seconds(1, asked_seconds=99_999) == MAX_WAIT_SECONDS


def test_pages_of_the_demo_keep_their_facts(site: Website) -> None:
    folder = Path(__file__).parents[2] / "demo" / "site"
    for name in ("opening", "workshop"):
        site.answers[f"/{name}.html"] = Answer((folder / f"{name}.html").read_bytes())
    site.answers["/"] = page("Home", "Welcome to our shop.", "/opening.html", "/workshop.html")
    source = SourceFactory(kind=Kind.WEBSITE, url=f"{site.url}/", text="")
    read(source, site)
    texts = " ".join(text for _, _, text in rows(source))
    assert "Saturday: 9:00 to 14:00" in texts
    assert "Flat tyre: Good to know: new tube included; Price €15" in texts
