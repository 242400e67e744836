"""Addresses of the JSON API."""

from django.urls import URLPattern

app_name = "knowledge_api"
urlpatterns: list[URLPattern] = []
