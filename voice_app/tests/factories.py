"""Conversations for tests."""

from datetime import timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from agents_app.tests.factories import AgentFactory
from voice_app.models import (
    Appointment,
    Calendar,
    Lead,
    ToolCall,
    Turn,
    VoiceSession,
    WebhookEvent,
)
from voice_app.tokens import hash_secret

SECRET = "the visitor's secret"


class VoiceSessionFactory(DjangoModelFactory[VoiceSession]):
    """A chat that goes on; `call=True` makes it a call that a job has claimed."""

    class Meta:
        model = VoiceSession

    class Params:
        call = factory.Trait(
            channel="voice",
            room=factory.Sequence(lambda n: f"agent-test-{n}"),
            claimed_generation=1,
            dispatched_at=factory.LazyFunction(timezone.now),
            beat_at=factory.LazyFunction(timezone.now),
        )

    agent = factory.SubFactory(AgentFactory, published=True)
    version = factory.LazyAttribute(lambda session: session.agent.published_version)
    channel = "text"
    status = "active"
    secret_hash = hash_secret(SECRET)


class TurnFactory(DjangoModelFactory[Turn]):
    class Meta:
        model = Turn

    session = factory.SubFactory(VoiceSessionFactory)
    position = factory.Sequence(lambda n: n + 1)
    role = "visitor"
    text = "When do you open on Saturday?"
    item_id = factory.Sequence(lambda n: f"item-{n}")
    spoken_at = factory.LazyFunction(timezone.now)


class ToolCallFactory(DjangoModelFactory[ToolCall]):
    class Meta:
        model = ToolCall

    session = factory.SubFactory(VoiceSessionFactory)
    name = "take_message"


class LeadFactory(DjangoModelFactory[Lead]):
    class Meta:
        model = Lead

    business = factory.LazyAttribute(lambda lead: lead.agent.business)
    agent = factory.SubFactory(AgentFactory)
    contact = "ada@example.com"
    message = "Please call me."


class CalendarFactory(DjangoModelFactory[Calendar]):
    class Meta:
        model = Calendar

    business = factory.SubFactory("agents_app.tests.factories.BusinessFactory")
    name = factory.Sequence(lambda n: f"Stand {n}")


class AppointmentFactory(DjangoModelFactory[Appointment]):
    """Half an hour; each in a calendar of its own, so that none overlap."""

    class Meta:
        model = Appointment

    calendar = factory.SubFactory(CalendarFactory)
    period = factory.LazyFunction(
        lambda: DateTimeTZRange(timezone.now(), timezone.now() + timedelta(minutes=30))
    )
    name = "Ada"
    contact = "ada@example.com"


class WebhookEventFactory(DjangoModelFactory[WebhookEvent]):
    class Meta:
        model = WebhookEvent

    event_id = factory.Sequence(lambda n: f"EV_{n}")
    name = "room_finished"
