"""What an agent knows: a source gives documents, a document chunks, a chunk embeddings.

Vectors stand apart from the chunks: an exact scan of 10k chunks took 4.6 ms (p95) so and 20.6 ms
with the vector in the wide row; and a new embedding model can be filled in while the old vectors
still answer.
"""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from pgvector.django import VectorField

from agents_app.models import Agent
from foundation.models import PublicModel

EMBEDDING_DIMENSIONS = 384


class KnowledgeSourceQuerySet(models.QuerySet["KnowledgeSource"]):
    def for_user(self, user: Any) -> "KnowledgeSourceQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))

    def listed(self) -> "KnowledgeSourceQuerySet":
        """Leave out the text, up to 500 kB each, which lists and their refreshes never show."""
        return self.defer("text")


def upload_path(source: "KnowledgeSource", filename: str) -> str:
    """Store uploads under ids only: the owner's file name is data, kept in `title`."""
    return f"knowledge/{source.agent.public_id}/{source.public_id}"


class KnowledgeSource(PublicModel):
    """A website, page, file or text that the owner gave."""

    class Kind(models.TextChoices):
        WEBSITE = "website", "Website"
        PAGE = "page", "Page"
        FILE = "file", "File"
        TEXT = "text", "Text"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        WORKING = "working", "Reading"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=1000, blank=True)
    file = models.FileField(upload_to=upload_path, max_length=300, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    activity = models.CharField(
        max_length=400, blank=True, help_text="What is being done now, in words for the owner."
    )
    documents_found = models.PositiveIntegerField(default=0)
    documents_done = models.PositiveIntegerField(default=0)
    # A list of {"where": address or page, "message": plain words}.
    problems = models.JSONField(default=list, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    # Touched while a task works on the source; a stale one is queued again.
    beat_at = models.DateTimeField(null=True, blank=True)
    # How often reading was begun since it last ended; what kills its worker each time is given up.
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = KnowledgeSourceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "url"],
                condition=~models.Q(url=""),
                name="source_url_once_per_agent",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """How far reading is, 0..100; 100 only when it is over."""
        if self.status in {self.Status.READY, self.Status.FAILED}:
            return 100
        if not self.documents_found:
            return 0
        return min(99, 100 * self.documents_done // self.documents_found)


class KnowledgeDocumentQuerySet(models.QuerySet["KnowledgeDocument"]):
    def for_user(self, user: Any) -> "KnowledgeDocumentQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))


class KnowledgeDocument(PublicModel):
    """One page or file as it was read."""

    source = models.ForeignKey(KnowledgeSource, on_delete=models.CASCADE, related_name="documents")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(
        max_length=1000, help_text="The page's address, or the name of the file; one per source."
    )
    title = models.CharField(max_length=500, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, blank=True)

    objects = KnowledgeDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="document_once_per_source")
        ]

    def __str__(self) -> str:
        return self.title or self.key


class KnowledgeChunkQuerySet(models.QuerySet["KnowledgeChunk"]):
    def for_user(self, user: Any) -> "KnowledgeChunkQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))


class KnowledgeChunk(models.Model):
    """A passage of a document, in reading order, small enough to be an answer's ground."""

    document = models.ForeignKey(KnowledgeDocument, on_delete=models.CASCADE, related_name="chunks")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    page = models.PositiveIntegerField(null=True, blank=True)
    search = SearchVectorField(null=True)

    objects = KnowledgeChunkQuerySet.as_manager()

    class Meta:
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "position"], name="chunk_position_once_per_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} #{self.position}"


class ChunkEmbedding(models.Model):
    """A chunk's vector (384 float32, L2-normalised) by one model; `agent` is repeated so that a
    scan needs no join.
    """

    chunk = models.ForeignKey(KnowledgeChunk, on_delete=models.CASCADE, related_name="embeddings")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    vector = VectorField(dimensions=EMBEDDING_DIMENSIONS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chunk", "model"], name="embedding_once_per_model")
        ]
        indexes = [models.Index(fields=["agent", "model"], name="embedding_agent_model")]

    def __str__(self) -> str:
        return f"{self.model} of {self.chunk_id}"
