"""What an owner gives an agent to read; the services decide what of it can be read."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

ACCEPTED_FILES = ".pdf,.txt,.md,.html,.htm"


class AddressForm(forms.Form):
    url = forms.URLField(
        max_length=1000,
        label="Address",
        assume_scheme="https",
        widget=forms.TextInput(
            attrs={
                "placeholder": "example.com",
                "inputmode": "url",
                "autocomplete": "url",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
    scope = forms.ChoiceField(
        choices=[("website", "The whole website"), ("page", "Only this page")],
        initial="website",
        label="Read",
        widget=forms.RadioSelect,
    )


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """A file field for several files at once; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data or [None]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class FilesForm(forms.Form):
    uploads = ManyFilesField(
        label="Files",
        help_text="PDF, text, Markdown or HTML; several at once.",
        widget=ManyFilesInput(attrs={"accept": ACCEPTED_FILES}),
    )


class TextForm(forms.Form):
    title = forms.CharField(max_length=300, label="Title")
    text = forms.CharField(
        max_length=100_000,
        label="Text",
        help_text="Write it as you would say it to a customer.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class QuestionForm(forms.Form):
    q = forms.CharField(max_length=500, label="Ask what a visitor would ask")
