"""Rows for tests; an agent made with `published=True` can speak."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from agents_app.models import (
    Agent,
    AgentVersion,
    ApiKey,
    Business,
    Connection,
    Membership,
    Product,
    User,
)


def config(**changes: Any) -> dict[str, Any]:
    """Return a complete configuration as JSON, with some top-level parts replaced."""
    return {
        "name": "Robin",
        "role": "answers questions about the bicycle workshop",
        "business_name": "Harbour Wheels",
        "greeting": "Hello, this is Robin from Harbour Wheels. How can I help?",
        "instructions": {
            "identity": "You are Robin, the assistant of Harbour Wheels.",
            "task": "Answer visitors' questions.",
            "knowledge_use": "Answer only from the passages you are given.",
            "speech_style": "Short spoken sentences.",
            "hand_off": "Offer to take a message.",
            "guard_rails": "Never invent facts.",
        },
        "phrases": {
            "unknown": "I'm sorry, I don't know that.",
            "ask_contact": "How can we reach you?",
            "ask_message": "What should I pass on?",
            "message_taken": "Thank you, I've passed that on.",
            "error": "I'm sorry, something went wrong.",
        },
    } | changes


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    password = factory.django.Password("correct horse battery")


class BusinessFactory(DjangoModelFactory[Business]):
    class Meta:
        model = Business

    name = factory.Sequence(lambda n: f"Business {n}")
    slug = factory.Sequence(lambda n: f"business-{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    business = factory.SubFactory(BusinessFactory)
    user = factory.SubFactory(UserFactory)


class AgentVersionFactory(DjangoModelFactory[AgentVersion]):
    class Meta:
        model = AgentVersion

    number = factory.Sequence(lambda n: n + 1)
    config = factory.LazyFunction(config)


class AgentFactory(DjangoModelFactory[Agent]):
    class Meta:
        model = Agent
        skip_postgeneration_save = True

    business = factory.SubFactory(BusinessFactory)
    name = "Robin"

    @factory.post_generation
    def published(self: Agent, create: bool, extracted: bool, **changes: Any) -> None:
        if extracted:
            self.draft = config(**changes)
            self.published_version = AgentVersionFactory(agent=self, number=1, config=self.draft)
            self.save()


class ApiKeyFactory(DjangoModelFactory[ApiKey]):
    """A key's row; `issue_api_key` makes one that works."""

    class Meta:
        model = ApiKey

    business = factory.SubFactory(BusinessFactory)
    name = "CRM"
    prefix = "vp_abcdefgh"
    key_hash = factory.Sequence(lambda n: f"{n:064d}")


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    business = factory.SubFactory(BusinessFactory)
    name = factory.Sequence(lambda n: f"Bicycle {n}")
    price = "499.00"


class ConnectionFactory(DjangoModelFactory[Connection]):
    class Meta:
        model = Connection

    business = factory.SubFactory(BusinessFactory)
    kind = "webhook"
    name = factory.Sequence(lambda n: f"Connection {n}")
    secret = "open sesame"
