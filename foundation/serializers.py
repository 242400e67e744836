"""The base of every input: an unknown field is an error, so that a typo is never ignored."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer):
    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {name: ["This field is unknown."] for name in unknown}
            )
        return super().to_internal_value(data)
