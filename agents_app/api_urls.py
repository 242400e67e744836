"""Addresses of the JSON API."""

from django.urls import URLPattern

app_name = "agents_api"
urlpatterns: list[URLPattern] = []
