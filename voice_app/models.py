"""What happens: sessions, what was said in them, what the agent did, and what came of it.

A session's life is `created -> dispatched -> active -> ended | failed | lost`. `generation` is how
exactly one job owns a call: a job claims the generation it read by conditional UPDATE, and every
later write of its beat names it.
"""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models

from agents_app.models import Agent, AgentVersion, Business
from foundation.models import PublicModel


class VoiceSessionQuerySet(models.QuerySet["VoiceSession"]):
    def for_user(self, user: Any) -> "VoiceSessionQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))

    def open(self) -> "VoiceSessionQuerySet":
        return self.filter(status__in=VoiceSession.OPEN)

    def calls(self) -> "VoiceSessionQuerySet":
        return self.filter(channel=VoiceSession.Channel.VOICE)


class VoiceSession(PublicModel):
    """One conversation, spoken or typed, with the version that ran."""

    class Channel(models.TextChoices):
        VOICE = "voice", "Call"
        TEXT = "text", "Chat"

    class Status(models.TextChoices):
        CREATED = "created", "Created"
        DISPATCHED = "dispatched", "Connecting"
        ACTIVE = "active", "In progress"
        ENDED = "ended", "Ended"
        FAILED = "failed", "Failed"
        LOST = "lost", "Lost"

    OPEN = (Status.CREATED, Status.DISPATCHED, Status.ACTIVE)

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sessions")
    version = models.ForeignKey(AgentVersion, on_delete=models.RESTRICT, related_name="sessions")
    channel = models.CharField(max_length=5, choices=Channel)
    status = models.CharField(max_length=10, choices=Status, default=Status.CREATED)
    close_reason = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=300, blank=True)
    page_url = models.CharField(max_length=1000, blank=True)
    visitor_id = models.CharField(max_length=64, blank=True)
    secret_hash = models.CharField(max_length=64)
    room = models.CharField(max_length=120, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=1)
    claimed_generation = models.PositiveIntegerField(default=0)
    job_id = models.CharField(max_length=64, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # What the responder must remember between turns (an unfinished message), so that any process
    # can go on.
    dialogue = models.JSONField(default=dict, blank=True)
    # While a typed turn is being answered; taken by conditional UPDATE, and void after its time.
    busy_until = models.DateTimeField(null=True, blank=True)
    usage = models.JSONField(default=dict, blank=True)
    client_metrics = models.JSONField(default=dict, blank=True)

    objects = VoiceSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["agent", "-created_at"], name="session_agent_newest"),
            models.Index(
                fields=["status"],
                condition=models.Q(status__in=["created", "dispatched", "active"]),
                name="session_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=~models.Q(room=""), name="session_room_once"
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_generation__lte=models.F("generation")),
                name="session_claim_not_ahead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.short_id}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class TurnQuerySet(models.QuerySet["Turn"]):
    def for_user(self, user: Any) -> "TurnQuerySet":
        return self.filter(session__in=VoiceSession.objects.for_user(user))


class Turn(PublicModel):
    """What one side said, stored as it happened, with the passages an answer stood on."""

    class Role(models.TextChoices):
        VISITOR = "visitor", "Visitor"
        AGENT = "agent", "Agent"

    session = models.ForeignKey(VoiceSession, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    text = models.TextField()
    # LiveKit's id of the item, or ours for typed turns; storing the same item twice changes
    # nothing.
    item_id = models.CharField(max_length=64)
    spoken_at = models.DateTimeField()
    is_interrupted = models.BooleanField(default=False)
    # A list of {"title", "url"?, "page"?, "text", "chunk_id"}; a copy, because chunks are replaced.
    sources = models.JSONField(default=list, blank=True)
    # Milliseconds per stage: {"stt_ms", "endpointing_ms", "retrieval_ms", "llm_ms", "tts_ms",
    # "total_ms"}.
    metrics = models.JSONField(default=dict, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="turn_position_once"),
            models.UniqueConstraint(fields=["session", "item_id"], name="turn_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} #{self.position}"


class ToolCallQuerySet(models.QuerySet["ToolCall"]):
    def for_user(self, user: Any) -> "ToolCallQuerySet":
        return self.filter(session__in=VoiceSession.objects.for_user(user))


class ToolCall(PublicModel):
    """One thing the agent did, with its outcome."""

    session = models.ForeignKey(VoiceSession, on_delete=models.CASCADE, related_name="tool_calls")
    name = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    result = models.TextField(blank=True)
    is_error = models.BooleanField(default=False)
    duration_ms = models.PositiveIntegerField(default=0)
    # A write names what it is about, so that a second job or a retry never does it again.
    idempotency_key = models.CharField(max_length=100, blank=True)

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="tool_call_written_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class LeadQuerySet(models.QuerySet["Lead"]):
    def for_user(self, user: Any) -> "LeadQuerySet":
        return self.filter(business__in=Business.objects.for_user(user))


class Lead(PublicModel):
    """Somebody who wants to hear from the business, with what they left."""

    class Status(models.TextChoices):
        NEW = "new", "New"
        DONE = "done", "Done"

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="leads")
    agent = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    session = models.ForeignKey(
        VoiceSession, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    name = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=300)
    message = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    # A mail is claimed, sent, and only then counted as sent; a stale claim may be taken again.
    mail_claimed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or self.contact


class Calendar(PublicModel):
    """Something that can be booked by one visitor at a time: a person, a room, a machine."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="calendar_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def for_user(self, user: Any) -> "AppointmentQuerySet":
        return self.filter(calendar__business__in=Business.objects.for_user(user))


class Appointment(PublicModel):
    """A booked time. Two that overlap in one calendar can't exist: the database refuses the
    second.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", "Booked"
        CANCELLED = "cancelled", "Cancelled"

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="appointments")
    session = models.ForeignKey(
        VoiceSession, on_delete=models.SET_NULL, null=True, blank=True, related_name="appointments"
    )
    period = DateTimeRangeField(help_text="From (inclusive) to (exclusive), UTC.")
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=300)
    note = models.TextField(blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["period"]
        constraints = [
            # int8range stands in for `calendar WITH =`: btree_gist isn't in the embedded
            # PostgreSQL.
            ExclusionConstraint(
                name="appointment_no_overlap",
                expressions=[
                    (
                        models.Func(
                            models.F("calendar_id"),
                            models.F("calendar_id"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status="booked"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class WebhookEvent(models.Model):
    """An event that LiveKit has delivered; it delivers at least once and in any order."""

    event_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=40)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"
