"""Addresses of the agents API."""

from django.urls import path

from agents_app import api

app_name = "agents_api"
urlpatterns = [
    path("agents/", api.AgentListView.as_view(), name="list"),
    path("agents/config-schema/", api.ConfigSchemaView.as_view(), name="config_schema"),
    path("agents/<uuid:public_id>/", api.AgentDetailView.as_view(), name="detail"),
    path("agents/<uuid:public_id>/status", api.StatusView.as_view(), name="status"),
    path("agents/<uuid:public_id>/draft/", api.DraftView.as_view(), name="draft"),
    path("agents/<uuid:public_id>/publish", api.PublishView.as_view(), name="publish"),
    path("agents/<uuid:public_id>/rollback", api.RollbackView.as_view(), name="rollback"),
    path("agents/<uuid:public_id>/versions/", api.VersionListView.as_view(), name="versions"),
    path(
        "agents/<uuid:public_id>/versions/<int:number>/",
        api.VersionDetailView.as_view(),
        name="version",
    ),
]
