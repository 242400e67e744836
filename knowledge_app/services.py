"""What an owner can do with an agent's knowledge. Everything slow is left to a task, so that each
of these answers at once.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agents_app.models import Agent
from foundation.addresses import parse_target
from foundation.exceptions import FetchRejected
from foundation.queueing import enqueue
from knowledge_app.exceptions import SourceRejected
from knowledge_app.files import content_type_of, safe_title
from knowledge_app.models import ChunkEmbedding, KnowledgeDocument, KnowledgeSource
from knowledge_app.page_urls import normalise_url
from knowledge_app.progress import stuck_sources

Kind, Status = KnowledgeSource.Kind, KnowledgeSource.Status
INGEST_TASK = "knowledge_app.tasks.ingest_source"
MAX_TEXT_CHARACTERS = 500_000
_SNIFFED_BYTES = 8_192


def add_website(*, agent: Agent, url: str) -> KnowledgeSource:
    """Read a whole website; the same address again reads it anew.

    Raises:
        SourceRejected: this address can't be read; nothing was stored.
    """
    return _add_url(agent, url, Kind.WEBSITE)


def add_page(*, agent: Agent, url: str) -> KnowledgeSource:
    """Read one page of a website; raises as `add_website` does."""
    return _add_url(agent, url, Kind.PAGE)


def add_text(*, agent: Agent, title: str, text: str) -> KnowledgeSource:
    """Learn what the owner wrote.

    Raises:
        SourceRejected: empty or too long.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise SourceRejected("The text is empty.")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise SourceRejected(f"The text is longer than {MAX_TEXT_CHARACTERS:,} characters.")
    return _create(agent, kind=Kind.TEXT, title=safe_title(title), text=text)


def add_file(*, agent: Agent, file: UploadedFile) -> KnowledgeSource:
    """Learn an uploaded file; the same file under the same name again is read anew.

    Raises:
        SourceRejected: too large, empty, or of a kind that can't be read.
    """
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise SourceRejected(
            f"The file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB."
        )
    content_type = content_type_of(file.read(_SNIFFED_BYTES))
    file.seek(0)
    title = safe_title(file.name or "")
    existing = _same_file(agent, title, file)
    if existing is not None:
        return sync_source(source=existing)
    return _create_with_file(agent, file, title=title, content_type=content_type)


def sync_source(*, source: KnowledgeSource) -> KnowledgeSource:
    """Read a source anew; what it knows keeps answering meanwhile, and a task that is reading it
    now stops.
    """
    source.status, source.activity = Status.QUEUED, ""
    source.beat_at, source.attempts, source.problems = None, 0, []
    source.documents_done = source.documents_found = 0
    with transaction.atomic():
        source.save(
            update_fields=[
                "kind",
                "status",
                "activity",
                "beat_at",
                "attempts",
                "problems",
                "documents_done",
                "documents_found",
                "updated_at",
            ]
        )
        enqueue(INGEST_TASK, source.pk)
    return source


def remove_source(*, source: KnowledgeSource) -> None:
    """Forget a source with all that was learnt from it, and its file."""
    source.delete()


def forget_file(*, instance: KnowledgeSource, **_: Any) -> None:
    """Take the upload along with its row, also when an agent or a business goes (`post_delete`)."""
    if instance.file.name:
        delete = partial(instance.file.storage.delete, instance.file.name)
        transaction.on_commit(delete, robust=True)


def requeue_stuck_sources() -> int:
    """Queue again what waits or is worked on without a sign of life; return how many."""
    stuck = list(stuck_sources().values_list("pk", flat=True))
    with transaction.atomic():
        # As if begun now, so that a long queue isn't filled with the same sources each minute.
        KnowledgeSource.objects.filter(pk__in=stuck).update(
            status=Status.QUEUED, beat_at=timezone.now()
        )
        for source_id in stuck:
            enqueue(INGEST_TASK, source_id)
    return len(stuck)


def has_searchable_knowledge(*, agent: Agent) -> bool:
    return ChunkEmbedding.objects.filter(agent=agent).exists()


def summarise_knowledge(*, agent: Agent) -> dict[str, Any]:
    """Return `percent` (over all sources), the numbers of `sources`, `documents` and `problems`,
    and `is_searchable`.
    """
    sources = list(agent.sources.listed())
    percents = [source.percent for source in sources]
    return {
        "percent": sum(percents) // len(percents) if percents else 0,
        "sources": len(sources),
        "documents": KnowledgeDocument.objects.filter(agent=agent).count(),
        "problems": sum(len(source.problems) for source in sources),
        "is_searchable": has_searchable_knowledge(agent=agent),
    }


def _add_url(agent: Agent, url: str, kind: str) -> KnowledgeSource:
    url = _checked_url(url)
    title = url.partition("://")[2].rstrip("/")[:300]
    with transaction.atomic():
        source, is_new = KnowledgeSource.objects.get_or_create(
            agent=agent, url=url, defaults={"kind": kind, "title": title}
        )
        if not is_new:
            # A page can grow into its website, but not the other way round.
            source.kind = Kind.WEBSITE if kind == Kind.WEBSITE else source.kind
            return sync_source(source=source)
        enqueue(INGEST_TASK, source.pk)
    return source


def _checked_url(url: str) -> str:
    """Return the address as it is stored; people leave out `https://`.

    The name server isn't asked here: that may take seconds, and the task says it as well.
    """
    url = url.strip()
    if "://" not in url:
        allowed = settings.FETCH_ALLOWED_PRIVATE_HOSTS
        scheme = "http" if url.partition("/")[0] in allowed else "https"
        url = f"{scheme}://{url}"
    try:
        parse_target(url, allowed_private_hosts=settings.FETCH_ALLOWED_PRIVATE_HOSTS)
    except FetchRejected as error:
        raise SourceRejected(error.message) from error
    normalised = normalise_url(url)
    if not normalised:
        raise SourceRejected("This is not a valid web address.")
    return normalised


def _create(agent: Agent, **fields: Any) -> KnowledgeSource:
    return _insert(KnowledgeSource(agent=agent, **fields))


def _create_with_file(agent: Agent, file: UploadedFile, **fields: Any) -> KnowledgeSource:
    """Store the upload before the transaction, which copying it would hold open for long."""
    source = KnowledgeSource(agent=agent, kind=Kind.FILE, **fields)
    source.file.save(source.title, file, save=False)
    try:
        return _insert(source)
    except Exception:
        source.file.delete(save=False)
        raise


def _insert(source: KnowledgeSource) -> KnowledgeSource:
    with transaction.atomic():
        source.save(force_insert=True)
        enqueue(INGEST_TASK, source.pk)
    return source


def _same_file(agent: Agent, title: str, file: UploadedFile) -> KnowledgeSource | None:
    candidates = agent.sources.filter(Q(kind=Kind.FILE), title=title)
    for source in candidates:
        if source.file and source.file.size == file.size and _has_same_bytes(source, file):
            return source
    return None


def _has_same_bytes(source: KnowledgeSource, file: UploadedFile) -> bool:
    file.seek(0)
    with source.file.open("rb") as stored:
        is_same = all(chunk == stored.read(len(chunk)) for chunk in file.chunks())
    file.seek(0)
    return is_same
