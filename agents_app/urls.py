"""Pages."""

from django.urls import path

from agents_app.views import agents, business, widget
from voice_app.views import conversations

app_name = "agents"
urlpatterns = [
    path("", agents.agent_list, name="list"),
    path("agents/<uuid:public_id>/", agents.agent_detail, name="detail"),
    path("agents/<uuid:public_id>/switch/", agents.switch_agent, name="switch"),
    path("agents/<uuid:public_id>/delete/", agents.delete_agent, name="delete"),
    path("agents/<uuid:public_id>/widget/", widget.widget, name="widget"),
    path(
        "agents/<uuid:public_id>/conversations/",
        conversations.conversation_list,
        name="conversations",
    ),
    path("settings/", business.settings_page, name="settings"),
    path("settings/keys/", business.create_key, name="create_key"),
    path("settings/keys/<uuid:key_id>/revoke/", business.revoke_key, name="revoke_key"),
]
