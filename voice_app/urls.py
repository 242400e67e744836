"""Pages."""

from django.urls import path

from voice_app.views import call_pages, conversations, leads

app_name = "voice"
urlpatterns = [
    path(
        "agents/<uuid:public_id>/conversations/<uuid:session_id>/",
        conversations.conversation,
        name="conversation",
    ),
    path("voice-test/", call_pages.voice_test, name="test"),
    path("widget/v1/loader.js", call_pages.widget_loader, name="loader"),
    path("leads/", leads.lead_list, name="leads"),
    path("leads/<uuid:lead_id>/status/", leads.change_lead, name="change_lead"),
]
