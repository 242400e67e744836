"""Who speaks: people, the business they belong to, its agents and their configurations.

Tenancy stands on `Membership`: every row of the platform reaches a Business, and a user sees what a
Membership gives. A version is immutable because a conversation is only explainable if what ran then
can still be read.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import slugify

from agents_app.config import AgentConfig
from foundation.fields import EncryptedTextField
from foundation.models import PublicModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in with an email address; there are no user names."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.email


class BusinessQuerySet(models.QuerySet["Business"]):
    def for_user(self, user: Any) -> "BusinessQuerySet":
        """Return what this user may see: staff everything, members their own, a key its one
        business.
        """
        if not user.is_authenticated:
            return self.none()
        if isinstance(user, User):
            return self if user.is_staff else self.filter(memberships__user=user)
        return self.filter(pk=user.business.pk)


# Only `setup_demo` gives it away: a sign-up of this name would be taken for the demo's business.
DEMO_SLUG = "demo"


class Business(PublicModel):
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    website_url = models.URLField(max_length=500, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "businesses"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def free_slug(cls, name: str) -> str:
        """Return a slug for `name` that no other business has now; never the demo's."""
        base = slugify(name)[:60] or "business"
        taken = set(cls.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        taken.add(DEMO_SLUG)
        candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
        return next(slug for slug in candidates if slug not in taken)


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        MEMBER = "member", "Member"

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.OWNER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "user"], name="membership_once_per_business"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.business}"


class ApiKey(PublicModel):
    """A program's way in. Only a hash is kept; `prefix` lets a person tell keys apart."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AgentQuerySet(models.QuerySet["Agent"]):
    def for_user(self, user: Any) -> "AgentQuerySet":
        return self.filter(business__in=Business.objects.for_user(user))


class Agent(PublicModel):
    """One agent of a business. What it is like is in its draft and versions; this row is what is
    live.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="agents")
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    allowed_origins = ArrayField(
        models.CharField(max_length=300),
        default=list,
        blank=True,
        help_text="Websites that may show the widget, such as https://example.com. Empty: none.",
    )
    draft = models.JSONField(null=True, blank=True)
    published_version = models.ForeignKey(
        "AgentVersion", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )

    objects = AgentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.short_id})"

    @property
    def is_configured(self) -> bool:
        """Whether it can speak: a consequence of having a published version, never a flag."""
        return self.published_version_id is not None


class AgentVersionQuerySet(models.QuerySet["AgentVersion"]):
    def for_user(self, user: Any) -> "AgentVersionQuerySet":
        return self.filter(agent__in=Agent.objects.for_user(user))


class AgentVersion(PublicModel):
    """An immutable configuration: numbered when published, unnumbered when frozen to try a
    draft.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True, blank=True)
    config = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)

    objects = AgentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="agent_version_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True) | models.Q(number__gte=1),
                name="agent_version_number_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent.name} v{self.number}" if self.number else f"{self.agent.name} (test)"

    def load(self) -> AgentConfig:
        return AgentConfig.model_validate(self.config)


class ProductQuerySet(models.QuerySet["Product"]):
    def for_user(self, user: Any) -> "ProductQuerySet":
        return self.filter(business__in=Business.objects.for_user(user))


class Product(PublicModel):
    """Something the business sells or does, live and unversioned."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    url = models.URLField(max_length=500, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="product_name_once"),
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gte=0),
                name="product_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def for_user(self, user: Any) -> "ConnectionQuerySet":
        return self.filter(business__in=Business.objects.for_user(user))


class Connection(PublicModel):
    """An account elsewhere that the business's agents may use. Its secret is encrypted and never
    shown again.
    """

    class Kind(models.TextChoices):
        OPENAI = "openai", "OpenAI-compatible provider"
        CALDAV = "caldav", "Calendar (CalDAV)"
        WEBHOOK = "webhook", "Webhook"

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="connections")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=100)
    address = models.URLField(max_length=500, blank=True)
    secret = EncryptedTextField(blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="connection_name_once")
        ]

    def __str__(self) -> str:
        return self.name
