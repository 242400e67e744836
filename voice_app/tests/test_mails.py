"""The one mail about each lead: to whom, when, and again when it failed."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from agents_app.models import Agent, User
from agents_app.tests.factories import AgentVersionFactory, config
from voice_app import services
from voice_app.models import Lead
from voice_app.tasks import send_lead_mail
from voice_app.tests.factories import LeadFactory

pytestmark = pytest.mark.django_db


class NoServer(BaseEmailBackend):
    def send_messages(self, messages: list[EmailMessage]) -> int:
        raise ConnectionRefusedError


def test_the_owners_are_told_once(agent: Agent, owner: User, mailoutbox) -> None:
    lead = LeadFactory(agent=agent, message="The boat is ready.")
    send_lead_mail(lead.pk)
    send_lead_mail(lead.pk)
    (mail,) = mailoutbox
    assert mail.to == ["owner@example.com"]
    assert "The boat is ready." in mail.body
    assert "/leads/" in mail.body


def test_the_person_named_for_hand_off_is_told_instead(agent: Agent, mailoutbox) -> None:
    named = config(hand_off={"contact_name": "Anna", "contact_email": "anna@shop.example"})
    agent.published_version = AgentVersionFactory(agent=agent, number=2, config=named)
    agent.save()
    send_lead_mail(LeadFactory(agent=agent).pk)
    assert mailoutbox[0].to == ["anna@shop.example"]


def test_a_mail_that_was_not_accepted_is_sent_later(
    agent: Agent, owner: User, settings, mailoutbox
) -> None:
    lead = LeadFactory(agent=agent)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "voice_app.tests.test_mails.NoServer"
    with pytest.raises(ConnectionRefusedError):
        send_lead_mail(lead.pk)
    settings.EMAIL_BACKEND = working
    long_ago = timezone.now() - timedelta(hours=1)
    Lead.objects.update(mail_claimed_at=long_ago, created_at=long_ago)
    assert services.enqueue_unsent_lead_mails() == 1
    send_lead_mail(lead.pk)
    assert len(mailoutbox) == 1
    assert services.enqueue_unsent_lead_mails() == 0


def test_a_visitors_words_never_reach_the_header(agent: Agent, owner: User, mailoutbox) -> None:
    send_lead_mail(LeadFactory(agent=agent, name="Ann\nBcc: everyone@example.com").pk)
    assert mailoutbox[0].subject == "A new message for Harbour Wheels"
