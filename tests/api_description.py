"""The API's own description, as tests walk through it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Operation:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = describe()["paths"][self.path][self.method]
        return found

    @property
    def query_schema(self) -> dict[str, Any]:
        """Return the query's parameters as the schema of an object."""
        found = [item for item in self.body.get("parameters", []) if item["in"] == "query"]
        return {
            "properties": {item["name"]: item["schema"] for item in found},
            "required": [item["name"] for item in found if item.get("required")],
        }

    @property
    def request_schema(self) -> dict[str, Any]:
        """Return the schema of the JSON body, or {}."""
        content = self.body.get("requestBody", {}).get("content", {})
        schema = next(iter(content.values()), {}).get("schema", {})
        return resolve(schema)


@cache
def describe() -> dict[str, Any]:
    description: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return description


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the components."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return describe()["components"]["schemas"][name] if name else schema


def operations() -> list[Operation]:
    return [
        Operation(method, path)
        for path, methods in describe()["paths"].items()
        for method in methods
    ]
