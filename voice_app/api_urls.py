"""Addresses of the conversation API."""

from django.urls import path

from voice_app.api import members, sessions, turns, webhook, widget

app_name = "voice_api"
urlpatterns = [
    path("voice/<uuid:agent_id>/session", sessions.StartSessionView.as_view(), name="start"),
    path("voice/<uuid:agent_id>/widget", widget.WidgetView.as_view(), name="widget"),
    path("voice/<uuid:agent_id>/message", sessions.MessageView.as_view(), name="message"),
    path("voice/session/<uuid:session_id>/turns", turns.TurnsView.as_view(), name="turns"),
    path("voice/session/<uuid:session_id>/end", sessions.EndSessionView.as_view(), name="end"),
    path(
        "voice/session/<uuid:session_id>/client-metrics",
        sessions.ClientMetricsView.as_view(),
        name="client_metrics",
    ),
    path("voice/session/<uuid:session_id>/", members.SessionDetailView.as_view(), name="session"),
    path("voice/sessions/", members.SessionListView.as_view(), name="sessions"),
    path("livekit/token", sessions.TokenView.as_view(), name="token"),
    path("livekit/webhook", webhook.livekit_webhook, name="webhook"),
]
