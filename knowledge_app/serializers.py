"""The knowledge endpoints' JSON, spelt out field by field."""

from typing import Any

from rest_framework import serializers

from foundation.serializers import StrictSerializer
from knowledge_app.models import KnowledgeSource
from knowledge_app.services import MAX_TEXT_CHARACTERS

Kind = KnowledgeSource.Kind
# What each kind is made of; a field of another kind is an error, not ignored.
_FIELDS_OF_KIND = {
    Kind.WEBSITE: {"url"},
    Kind.PAGE: {"url"},
    Kind.TEXT: {"title", "text"},
    Kind.FILE: {"file"},
}


class SourceInput(StrictSerializer):
    """A website or page with `url`, a text with `title` and `text`, or (multipart) a `file`."""

    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    url = serializers.CharField(max_length=1000, required=False)
    title = serializers.CharField(max_length=300, required=False)
    text = serializers.CharField(max_length=MAX_TEXT_CHARACTERS, required=False)
    file = serializers.FileField(required=False, allow_empty_file=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        kind = data.setdefault("kind", Kind.FILE if "file" in data else None)
        if kind is None:
            raise serializers.ValidationError({"kind": ["Say what it is: website, page or text."]})
        wanted, given = _FIELDS_OF_KIND[kind], set(data) - {"kind"}
        problems = {name: ["This field is required."] for name in wanted - given}
        problems |= {name: [f"A {kind} has no {name}."] for name in given - wanted}
        if problems:
            raise serializers.ValidationError(problems)
        return data


class ProblemOutput(serializers.Serializer):
    where = serializers.CharField()
    message = serializers.CharField()


class SourceOutput(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.CharField()
    url = serializers.CharField(required=False)
    status = serializers.ChoiceField(choices=KnowledgeSource.Status.choices)
    activity = serializers.CharField()
    percent = serializers.IntegerField(min_value=0, max_value=100)
    documents_done = serializers.IntegerField()
    documents_found = serializers.IntegerField()
    problems = ProblemOutput(many=True)
    synced_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: KnowledgeSource) -> dict[str, Any]:
        return _without_empty(super().to_representation(instance), "url")


class SearchInput(StrictSerializer):
    q = serializers.CharField(max_length=1000)
    top_k = serializers.IntegerField(min_value=1, max_value=50, default=5)


class PassageOutput(serializers.Serializer):
    text = serializers.CharField()
    title = serializers.CharField()
    heading = serializers.CharField(allow_blank=True)
    url = serializers.CharField(required=False)
    page = serializers.IntegerField(required=False)
    score = serializers.FloatField()
    similarity = serializers.FloatField()
    document_id = serializers.UUIDField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return _without_empty(super().to_representation(instance), "url", "page")


class SearchOutput(serializers.Serializer):
    results = PassageOutput(many=True)
    took_ms = serializers.IntegerField()


def _without_empty(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names or value}
