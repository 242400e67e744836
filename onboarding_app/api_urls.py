"""Addresses of the JSON API."""

from django.urls import URLPattern

app_name = "onboarding_api"
urlpatterns: list[URLPattern] = []
