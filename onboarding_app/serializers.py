"""Input and output of the onboarding API, spelt out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.serializers import StrictSerializer
from onboarding_app.models import OnboardingSession
from onboarding_app.phrases import DEFAULT_LANGUAGE, LANGUAGES
from onboarding_app.questions import MAX_ANSWER_CHARACTERS

MAX_FILES = 20


class LanguageField(serializers.ChoiceField):
    default_error_messages = {
        "invalid_choice": 'Agents speak English for now; send "en" or leave this out.'
    }


class StartInput(StrictSerializer):
    website_url = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, default=""
    )
    business_name = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default=""
    )
    language = LanguageField(choices=LANGUAGES, required=False, default=DEFAULT_LANGUAGE)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": MAX_ANSWER_CHARACTERS},
            {"type": "array", "items": {"type": "string"}, "maxItems": 20},
        ]
    }
)
class AnswerField(serializers.Field):
    """A text, or a list of texts where several choices may be taken."""

    _text = serializers.CharField(max_length=MAX_ANSWER_CHARACTERS, allow_blank=True)
    _list = serializers.ListField(child=_text, max_length=20)

    def to_internal_value(self, data: Any) -> str | list[str]:
        return (self._list if isinstance(data, list) else self._text).run_validation(data)

    def to_representation(self, value: Any) -> Any:
        return value


class AnswerInput(StrictSerializer):
    session_id = serializers.UUIDField()
    question_id = serializers.CharField(max_length=40)
    answer = AnswerField(required=False)
    skip = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["skip"] == ("answer" in attrs):
            raise serializers.ValidationError({"answer": ["Send either an answer or skip: true."]})
        return attrs


class RetryInput(StrictSerializer):
    session_id = serializers.UUIDField()


class MaterialInput(StrictSerializer):
    website_url = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, default=""
    )
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        default=list,
        max_length=MAX_FILES,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["website_url"].strip() and not attrs["files"]:
            message = "Send a website address, files, or both."
            raise serializers.ValidationError({"website_url": [message], "files": [message]})
        return attrs


class QuestionOutput(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField(required=False)
    kind = serializers.ChoiceField(choices=["text", "choice", "multi_choice"])
    choices = serializers.ListField(child=serializers.CharField(), required=False)


class ProgressOutput(serializers.Serializer):
    asked = serializers.IntegerField()
    limit = serializers.IntegerField()


class StepOutput(serializers.Serializer):
    session_id = serializers.UUIDField()
    agent_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=OnboardingSession.Status.choices)
    question = QuestionOutput(allow_null=True)
    progress = ProgressOutput()


class RejectedOutput(serializers.Serializer):
    where = serializers.CharField()
    message = serializers.CharField()
