"""Addresses for whoever watches over the platform."""

from django.urls import path

from foundation import health

app_name = "health"
urlpatterns = [
    path("", health.alive, name="alive"),
    path("ready/", health.ready, name="ready"),
]
