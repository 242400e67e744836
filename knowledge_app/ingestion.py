"""Reads one source into documents, chunks and embeddings: what the ingest worker does.

A website is stored page by page, so that an agent can answer from the home page while the rest is
still being read, and so that a task that is killed anywhere loses one page at most. Fetching,
reading and embedding happen outside of transactions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from foundation.exceptions import FetchRejected, FetchUnavailable
from foundation.fetching import Fetcher
from knowledge_app.chunking import chunk_document, embedded_text
from knowledge_app.crawling import Crawl, CrawlLimits, Page, Unread
from knowledge_app.embedding import Embedder, embed_in_batches
from knowledge_app.exceptions import SourceRejected, SourceUnavailable
from knowledge_app.extraction import extract_page
from knowledge_app.files import read_file
from knowledge_app.models import KnowledgeSource
from knowledge_app.pdf import PdfLimits
from knowledge_app.plain_text import read_text
from knowledge_app.progress import SourceRun
from knowledge_app.sections import ReadDocument
from knowledge_app.storing import (
    Embedded,
    hash_content,
    is_stored,
    remove_other_documents,
    store_document,
)

Kind = KnowledgeSource.Kind
# Less than this on a page is a greeting or an error, not knowledge.
MIN_CHARACTERS = 20
# The longest title that an activity repeats.
_MAX_NAMED_CHARACTERS = 120
_NOTHING = (
    "Nothing could be read here: the pages have no text. They may need JavaScript to show it."
)


@dataclass(frozen=True)
class Reader:
    """The outside world that ingestion needs, given so that tests can replace it."""

    fetcher: Fetcher
    embedder: Embedder
    crawl_limits: CrawlLimits
    pdf_limits: PdfLimits
    product: str
    pause: Callable[[float], None]


@dataclass
class _Tally:
    """What one run has seen; `hashes` finds the same page under a second address."""

    kept_keys: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    problems: list[dict[str, str]] = field(default_factory=list)
    has_gaps: bool = False
    done: int = 0
    stored: int = 0

    def add_problem(self, where: str, message: str) -> None:
        self.problems.append({"where": where, "message": message})


def ingest(run: SourceRun, *, reader: Reader) -> None:
    """Read one source from its beginning; a second run leaves the same rows.

    Raises:
        SourceUnavailable: the website or the model process can't answer now; retry. Pages read so
            far are stored.
        SourceRejected: nothing can be read here; show the sentence to the owner.
        SourceTakenOver: deleted or read by another task; stop.
    """
    if run.source.kind in {Kind.WEBSITE, Kind.PAGE}:
        tally = _ingest_website(run, reader)
    else:
        tally = _ingest_document(run, reader)
    if not tally.stored:
        raise SourceRejected(tally.problems[0]["message"] if tally.problems else _NOTHING)
    if not tally.has_gaps:
        remove_other_documents(run=run, kept_keys=tally.kept_keys)
    run.finish(status=KnowledgeSource.Status.READY, activity="", problems=tally.problems)


def _ingest_document(run: SourceRun, reader: Reader) -> _Tally:
    run.save(documents_found=1, activity=f"Reading {run.source.title[:_MAX_NAMED_CHARACTERS]}")
    document = _read_source(run.source, reader)
    tally = _Tally()
    for where, message in document.problems:
        tally.add_problem(where, message)
    _ingest_read(run, reader, tally, document, key=run.source.kind, url="")
    return tally


def _read_source(source: KnowledgeSource, reader: Reader) -> ReadDocument:
    if source.kind == Kind.TEXT:
        return read_text(source.text, title=source.title)
    with source.file.open("rb") as file:
        return read_file(file.read(), title=source.title, pdf_limits=reader.pdf_limits)


def _ingest_website(run: SourceRun, reader: Reader) -> _Tally:
    is_page = run.source.kind == Kind.PAGE
    limits = CrawlLimits(
        1 if is_page else reader.crawl_limits.max_pages, reader.crawl_limits.max_seconds
    )
    crawl = Crawl(
        run.source.url,
        fetcher=reader.fetcher,
        product=reader.product,
        limits=limits,
        pause=reader.pause,
    )
    tally = _Tally()
    try:
        for found in crawl.pages():
            _ingest_found(run, reader, tally, crawl, found)
    except FetchUnavailable as error:
        raise SourceUnavailable(
            error.message, retry_after_seconds=error.retry_after_seconds
        ) from error
    except FetchRejected as error:
        raise SourceRejected(error.message) from error
    if crawl.ran_out_of_time:
        tally.has_gaps = True
        tally.add_problem(
            run.source.title, "Reading took too long and was ended before the last page."
        )
    return tally


def _ingest_found(
    run: SourceRun, reader: Reader, tally: _Tally, crawl: Crawl, found: Page | Unread
) -> None:
    if isinstance(found, Unread):
        tally.add_problem(found.url, found.message)
        tally.has_gaps |= found.is_temporary
        run.save(documents_found=crawl.found)
        return
    is_first = tally.done == 0
    document = extract_page(
        found.html, charset=found.charset, keep_footer=is_first and run.source.kind == Kind.WEBSITE
    )
    name = (document.title or found.url)[:_MAX_NAMED_CHARACTERS]
    run.save(
        documents_found=crawl.found,
        activity=f"Reading page {tally.done + 1} of {crawl.found}: {name}",
    )
    _ingest_read(run, reader, tally, document, key=found.url, url=found.url)


def _least_characters(source: KnowledgeSource) -> int:
    """A page of a few letters is an empty frame; what an owner wrote is meant, however short."""
    return 1 if source.kind == KnowledgeSource.Kind.TEXT else MIN_CHARACTERS


def _ingest_read(
    run: SourceRun, reader: Reader, tally: _Tally, document: ReadDocument, *, key: str, url: str
) -> None:
    """Cut, embed and store one document, unless it is empty, unchanged or the same as another
    one.
    """
    chunks = chunk_document(document)
    language = document.language
    content_hash = hash_content(
        title=document.title, language=language, chunks=chunks, model=reader.embedder.model
    )
    if document.characters >= _least_characters(run.source) and content_hash not in tally.hashes:
        tally.hashes.add(content_hash)
        tally.kept_keys.add(key)
        tally.stored += 1
        if not is_stored(source_id=run.source.pk, key=key, content_hash=content_hash):
            texts = [
                embedded_text(title=document.title, heading=chunk.heading, text=chunk.text)
                for chunk in chunks
            ]
            vectors = embed_in_batches(texts, embedder=reader.embedder, after_batch=run.beat)
            embedded = Embedded(key, document.title, url, language, content_hash, chunks, vectors)
            store_document(embedded, run=run, model=reader.embedder.model)
    tally.done += 1
    run.save(documents_done=tally.done)
