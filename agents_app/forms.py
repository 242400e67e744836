"""Forms of the account, settings and widget pages."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from agents_app.exceptions import OriginsRejected
from agents_app.models import Business, User
from agents_app.origins import clean_origins
from agents_app.services import create_business

# The zones that people choose by a city; the rest are abbreviations and old names.
_REGIONS = (
    "Africa", "America", "Antarctica", "Asia", "Atlantic",
    "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


def time_zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in available_timezones() if zone.split("/")[0] in _REGIONS)
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *zones]]


class SignupForm(forms.Form):
    """What sign-up asks besides address and password; allauth calls `signup` once the user is
    saved.
    """

    business_name = forms.CharField(
        max_length=200,
        label="Name of your business",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        create_business(owner=user, name=self.cleaned_data["business_name"])


class BusinessForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    website_url = forms.URLField(
        max_length=500, required=False, label="Website", assume_scheme="https"
    )
    time_zone = forms.ChoiceField(
        choices=time_zone_choices,
        label="Time zone",
        help_text="Opening hours and the times on these pages are meant in it.",
    )

    def __init__(self, data: Any = None, *, business: Business) -> None:
        values = {name: getattr(business, name) for name in ("name", "website_url", "time_zone")}
        super().__init__(data, initial=values)


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="What is the key for?",
        help_text="For example the name of the program that will use it.",
    )


class OriginsForm(forms.Form):
    """The websites that may show an agent, one on a line; cleaned to a list of origins."""

    origins = forms.CharField(
        required=False,
        label="Websites that may show this agent",
        help_text="One on each line, such as https://example.com. To a browser, "
        "www.example.com and example.com are two websites: list both.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_origins(self) -> list[str]:
        try:
            return clean_origins(self.cleaned_data["origins"].splitlines())
        except OriginsRejected as error:
            raise ValidationError(error.problems) from error
