"""What the ingest worker runs. Each task may run twice: a source is claimed, and documents are
replaced.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.conf import settings

from foundation.fetching import Fetcher
from foundation.model_process.client import SyncModelClient
from knowledge_app import services
from knowledge_app.crawling import CrawlLimits
from knowledge_app.embedding import ModelProcessEmbedder
from knowledge_app.ingestion import Reader
from knowledge_app.pdf import PdfLimits
from knowledge_app.reading_runs import read_source

# The name that a website's robots.txt knows us by.
PRODUCT = "VoicePlatformBot"


@contextmanager
def open_reader() -> Iterator[Reader]:
    """Connect ingestion to the real web and the real models."""
    user_agent = f"{PRODUCT}/{settings.VERSION} (+{settings.PUBLIC_URL})"
    allowed = settings.FETCH_ALLOWED_PRIVATE_HOSTS
    with (
        Fetcher(user_agent=user_agent, allowed_private_hosts=allowed) as fetcher,
        SyncModelClient(settings.MODEL_SOCKET) as client,
    ):
        yield Reader(
            fetcher=fetcher,
            embedder=ModelProcessEmbedder(client),
            crawl_limits=CrawlLimits(max_pages=settings.CRAWL_MAX_PAGES),
            pdf_limits=PdfLimits(max_pages=settings.MAX_PDF_PAGES),
            product=PRODUCT,
            pause=time.sleep,
        )


@shared_task
def ingest_source(source_id: int) -> None:
    with open_reader() as reader:
        wait_seconds = read_source(source_id, reader=reader)
    if wait_seconds is not None:
        ingest_source.apply_async((source_id,), countdown=wait_seconds)


@shared_task
def requeue_stuck_sources() -> None:
    services.requeue_stuck_sources()
