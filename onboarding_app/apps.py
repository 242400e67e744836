"""Django's description of this app."""

from django.apps import AppConfig


class OnboardingAppConfig(AppConfig):
    name = "onboarding_app"
    verbose_name = "Onboarding"
