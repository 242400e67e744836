"""Pages."""

from django.urls import path

from knowledge_app import views

app_name = "knowledge"
_BASE = "agents/<uuid:public_id>/knowledge/"
urlpatterns = [
    path(_BASE, views.sources, name="sources"),
    path(f"{_BASE}progress/", views.progress, name="progress"),
    path(f"{_BASE}ask/", views.ask, name="ask"),
    path(f"{_BASE}add-address/", views.add_address, name="add_address"),
    path(f"{_BASE}add-files/", views.add_files, name="add_files"),
    path(f"{_BASE}add-text/", views.add_text, name="add_text"),
    path(f"{_BASE}sources/<uuid:source_id>/sync/", views.sync_source, name="sync"),
    path(f"{_BASE}sources/<uuid:source_id>/remove/", views.remove_source, name="remove"),
]
