"""Who works on a source, and how far it is: a claim on the row, kept by a beat.

`beat_at` is both sign of life and token: whoever writes a newer one has the source, and the one
before finds its own value gone and stops. So a source may be queued twice, synced while it is read,
or deleted, and there is still never more than one writer.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from knowledge_app.exceptions import SourceTakenOver
from knowledge_app.models import KnowledgeSource, KnowledgeSourceQuerySet

Status = KnowledgeSource.Status
# Longer than the longest silence of a healthy task: a PDF being read (95 s) or a slow batch of
# embeddings.
STALE_SECONDS = 180
MAX_PROBLEMS = 100
MAX_ATTEMPTS = 5


class SourceRun:
    """One task's hold on one source. Every method raises SourceTakenOver when it is lost."""

    def __init__(self, source: KnowledgeSource) -> None:
        self.source = source
        self._beat_at = source.beat_at

    def lock(self) -> KnowledgeSource:
        """Lock the row until the transaction ends."""
        rows = KnowledgeSource.objects.select_for_update(no_key=True).filter(
            pk=self.source.pk, beat_at=self._beat_at
        )
        source = rows.first()
        if source is None:
            raise SourceTakenOver
        return source

    def beat(self) -> None:
        self.save()

    def save(self, **fields: Any) -> None:
        """Write progress, and with it a sign of life."""
        now = timezone.now()
        fields = {"beat_at": now, "updated_at": now} | fields
        mine = KnowledgeSource.objects.filter(pk=self.source.pk, beat_at=self._beat_at)
        if not mine.update(**fields):
            raise SourceTakenOver
        self._beat_at = fields["beat_at"]

    def finish(self, *, status: str, activity: str, problems: list[dict[str, str]]) -> None:
        self.save(
            status=status,
            activity=activity,
            problems=problems[:MAX_PROBLEMS],
            attempts=0,
            synced_at=timezone.now(),
        )

    def fail(self, message: str) -> None:
        """End with a sentence for the owner; what was read before stays and still answers."""
        problem = {"where": self.source.title, "message": message}
        self.save(status=Status.FAILED, activity=message, problems=[problem], attempts=0)

    def postpone(self, message: str, *, seconds: float) -> None:
        """Give the source back to be tried again; a beat in the future keeps it from being called
        stuck until then.
        """
        until = timezone.now() + timedelta(seconds=seconds)
        self.save(status=Status.QUEUED, activity=message, beat_at=until)


def claim(source_id: int) -> SourceRun | None:
    """Take a waiting source, or one whose task has died; None when there is nothing to take."""
    now = timezone.now()
    takeable = KnowledgeSource.objects.filter(
        Q(status=Status.QUEUED) | Q(status=Status.WORKING, beat_at__lt=_stale_before(now)),
        pk=source_id,
    )
    taken = takeable.update(
        status=Status.WORKING,
        beat_at=now,
        updated_at=now,
        attempts=F("attempts") + 1,
        documents_done=0,
        documents_found=0,
        activity="Starting to read",
    )
    if not taken:
        return None
    source = (
        KnowledgeSource.objects.select_related("agent").filter(pk=source_id, beat_at=now).first()
    )
    return SourceRun(source) if source else None


def stuck_sources() -> KnowledgeSourceQuerySet:
    """Return sources that wait or are worked on without a sign of life."""
    silent_since = Coalesce("beat_at", "updated_at")
    open_sources = KnowledgeSource.objects.filter(status__in=[Status.QUEUED, Status.WORKING])
    return open_sources.alias(silent_since=silent_since).filter(
        silent_since__lt=_stale_before(timezone.now())
    )


def _stale_before(now: datetime) -> datetime:
    return now - timedelta(seconds=STALE_SECONDS)
