"""Claims: one writer per source, whatever is queued twice, killed or deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge_app import services
from knowledge_app.exceptions import SourceTakenOver
from knowledge_app.models import KnowledgeSource
from knowledge_app.progress import STALE_SECONDS, claim, stuck_sources
from knowledge_app.tests.factories import SourceFactory

pytestmark = pytest.mark.django_db
Status = KnowledgeSource.Status


def long_ago() -> object:
    return timezone.now() - timedelta(seconds=STALE_SECONDS + 1)


def test_a_source_is_claimed_once() -> None:
    source = SourceFactory()
    assert claim(source.pk) is not None
    assert claim(source.pk) is None


@pytest.mark.parametrize("status", [Status.READY, Status.FAILED])
def test_what_is_over_is_not_claimed(status: str) -> None:
    assert claim(SourceFactory(status=status).pk) is None


def test_a_deleted_source_is_borne() -> None:
    assert claim(123_456) is None


def test_a_source_whose_task_died_is_claimed_again_after_its_beat_is_old() -> None:
    source = SourceFactory()
    claim(source.pk)
    KnowledgeSource.objects.filter(pk=source.pk).update(beat_at=long_ago())
    run = claim(source.pk)
    assert run is not None
    assert run.source.attempts == 2


def test_the_one_before_finds_out_that_it_lost_the_source() -> None:
    source = SourceFactory()
    first = claim(source.pk)
    KnowledgeSource.objects.filter(pk=source.pk).update(beat_at=long_ago())
    claim(source.pk)
    for write in (first.beat, lambda: first.save(documents_done=1), lambda: first.fail("no")):
        with pytest.raises(SourceTakenOver):
            write()


def test_syncing_or_deleting_stops_the_one_who_reads() -> None:
    synced, deleted = SourceFactory(), SourceFactory()
    runs = claim(synced.pk), claim(deleted.pk)
    services.sync_source(source=synced)
    services.remove_source(source=deleted)
    for run in runs:
        with pytest.raises(SourceTakenOver):
            run.beat()


def test_only_what_is_silent_is_stuck() -> None:
    SourceFactory(status=Status.READY, beat_at=long_ago())
    SourceFactory(status=Status.WORKING, beat_at=timezone.now())
    postponed = SourceFactory()
    claim(postponed.pk).postpone("later", seconds=600)
    silent = {
        SourceFactory(status=Status.WORKING, beat_at=long_ago()).pk,
        SourceFactory(status=Status.QUEUED, beat_at=long_ago()).pk,
    }
    never_begun = SourceFactory()
    KnowledgeSource.objects.filter(pk=never_begun.pk).update(updated_at=long_ago())
    assert set(stuck_sources().values_list("pk", flat=True)) == silent | {never_begun.pk}
