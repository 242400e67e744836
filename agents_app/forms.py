"""Forms of the account pages."""

from typing import Any

from django import forms
from django.http import HttpRequest

from agents_app.models import User
from agents_app.services import create_business


class SignupForm(forms.Form):
    """What sign-up asks besides address and password; allauth calls `signup` once the user is saved."""

    business_name = forms.CharField(max_length=200, label="Name of your business")

    def signup(self, request: HttpRequest, user: Any) -> None:
        assert isinstance(user, User)
        create_business(owner=user, name=self.cleaned_data["business_name"])
