"""Addresses of the JSON API."""

from django.urls import path

from onboarding_app import api

app_name = "onboarding_api"
urlpatterns = [
    path("onboarding/start", api.StartView.as_view(), name="start"),
    path("onboarding/answer", api.AnswerView.as_view(), name="answer"),
    path("onboarding/status/<uuid:session_id>", api.StatusView.as_view(), name="status"),
    path("onboarding/retry", api.RetryView.as_view(), name="retry"),
    path("data/process-data/<uuid:session_id>", api.ProcessDataView.as_view(), name="process_data"),
]
