"""The menu of the admin: every model under the field's word for it, for those who may see it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy

# Group, then entries: title, Material symbol, app and model.
_GROUPS: list[tuple[str, list[tuple[str, str, str]]]] = [
    (
        "Conversations",
        [
            ("Conversations", "forum", "voice_app.voicesession"),
            ("Turns", "chat", "voice_app.turn"),
            ("Tool calls", "build", "voice_app.toolcall"),
            ("Leads", "contact_mail", "voice_app.lead"),
            ("Appointments", "event", "voice_app.appointment"),
            ("Calendars", "calendar_month", "voice_app.calendar"),
        ],
    ),
    (
        "Agents",
        [
            ("Agents", "support_agent", "agents_app.agent"),
            ("Versions", "history", "agents_app.agentversion"),
            ("Onboarding", "flag", "onboarding_app.onboardingsession"),
            ("Onboarding answers", "quiz", "onboarding_app.onboardinganswer"),
        ],
    ),
    (
        "Knowledge",
        [
            ("Sources", "language", "knowledge_app.knowledgesource"),
            ("Documents", "description", "knowledge_app.knowledgedocument"),
            ("Chunks", "segment", "knowledge_app.knowledgechunk"),
            ("Embeddings", "scatter_plot", "knowledge_app.chunkembedding"),
        ],
    ),
    (
        "Businesses",
        [
            ("Businesses", "storefront", "agents_app.business"),
            ("Products", "sell", "agents_app.product"),
            ("Connections", "cable", "agents_app.connection"),
            ("API keys", "key", "agents_app.apikey"),
        ],
    ),
    (
        "People",
        [
            ("People", "person", "agents_app.user"),
            ("Memberships", "badge", "agents_app.membership"),
            ("Email addresses", "mail", "account.emailaddress"),
            ("Second factors", "phonelink_lock", "mfa.authenticator"),
            ("Groups of rights", "group", "auth.group"),
        ],
    ),
    ("Platform", [("LiveKit's events", "webhook", "voice_app.webhookevent")]),
]

_ALWAYS_OPEN = {"Conversations", "Agents"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    overview = {"title": "Overview", "icon": "monitor_heart", "link": reverse_lazy("admin:index")}
    groups = [
        {
            "title": title,
            "separator": True,
            "collapsible": title not in _ALWAYS_OPEN,
            "items": [_item(*entry) for entry in entries],
        }
        for title, entries in _GROUPS
    ]
    return [{"items": [overview]}, *groups]


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model.replace('.', '_')}_changelist"),
        "permission": _may_view(model),
    }


def _may_view(model: str) -> Callable[[HttpRequest], bool]:
    app, name = model.split(".")
    return lambda request: request.user.has_perm(f"{app}.view_{name}")
