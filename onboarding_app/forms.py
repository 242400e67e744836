"""Forms of the wizard; they work without script and keep what was typed."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from knowledge_app.forms import ManyFilesField
from onboarding_app.questions import Question


class MaterialForm(forms.Form):
    """Step 1: an address, files, or both."""

    website_url = forms.CharField(max_length=1000, required=False, strip=True)
    files = ManyFilesField(required=False, allow_empty_file=True)  # type: ignore[assignment]

    def clean_files(self) -> list[UploadedFile]:
        return [file for file in self.cleaned_data["files"] if file]


class AnswerForm(forms.Form):
    """Step 2: an answer in the owner's own words, choices, or both."""

    question_id = forms.CharField(max_length=40)
    choice = forms.MultipleChoiceField(required=False)
    words = forms.CharField(required=False, strip=True)
    skip = forms.BooleanField(required=False)

    def __init__(self, *args: Any, question: Question | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = question.choices if question else ()
        self.fields["choice"].choices = [(c, c) for c in choices]  # type: ignore[attr-defined]

    @property
    def parts(self) -> list[str]:
        """Return what was chosen and written, in this order."""
        return [*self.cleaned_data.get("choice", []), self.cleaned_data.get("words", "")]
