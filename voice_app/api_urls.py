"""Addresses of the JSON API."""

from django.urls import URLPattern

app_name = "voice_api"
urlpatterns: list[URLPattern] = []
