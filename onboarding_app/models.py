"""How an agent comes to be: one session of questions, from start to a configured agent."""

from typing import Any

from django.db import models

from agents_app.models import Agent, User
from foundation.models import PublicModel


class OnboardingSessionQuerySet(models.QuerySet["OnboardingSession"]):
    def for_user(self, user: Any) -> "OnboardingSessionQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))


class OnboardingSession(PublicModel):
    """The owner's way through the wizard; closing the browser loses nothing."""

    class Status(models.TextChoices):
        ASKING = "asking", "Asking"
        BUILDING = "building", "Building"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="onboarding")
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    business_name = models.CharField(
        max_length=200, help_text="How the agent calls the business, as given at the start."
    )
    language = models.CharField(max_length=2, default="en")
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKING)
    # What the builder does now, in words for the owner.
    activity = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=500, blank=True)
    build_started_at = models.DateTimeField(null=True, blank=True)
    # When the builder last looked; a stale one means that its chain of tasks is broken.
    build_checked_at = models.DateTimeField(null=True, blank=True)
    # A fingerprint of the sources' state and when it last changed: waiting is fine only while
    # something moves.
    build_mark = models.CharField(max_length=64, blank=True)
    build_progressed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = OnboardingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Onboarding of {self.agent}"


class OnboardingAnswer(models.Model):
    """One question as it was put, and what the owner said to it.

    Going back empties `answered_at` and keeps the text, so that nothing has to be typed again.
    """

    session = models.ForeignKey(OnboardingSession, on_delete=models.CASCADE, related_name="answers")
    question_id = models.CharField(max_length=40)
    question = models.CharField(max_length=500)
    text = models.TextField(blank=True)
    is_skipped = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "question_id"], name="answer_once")
        ]

    def __str__(self) -> str:
        return self.question
