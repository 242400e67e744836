"""Addresses of the JSON API."""

from django.urls import path

from knowledge_app import api

app_name = "knowledge_api"
_AGENT = "agents/<uuid:public_id>/"
_SOURCE = f"{_AGENT}sources/<uuid:source_id>/"
urlpatterns = [
    path(f"{_AGENT}sources/", api.SourceListView.as_view(), name="sources"),
    path(_SOURCE, api.SourceDetailView.as_view(), name="source"),
    path(f"{_SOURCE}sync", api.SourceSyncView.as_view(), name="sync"),
    path(f"{_AGENT}knowledge/search", api.SearchView.as_view(), name="search"),
]
