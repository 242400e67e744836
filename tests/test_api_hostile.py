"""Whatever anybody sends to whichever endpoint, the answer is never a crash, and every error has
the one shape.

Hypothesis walks through the API's own description, so that an endpoint is tested from the day that
it is described. Each request is rolled back; LiveKit and the models are not there.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents_app.api_keys import issue_api_key
from agents_app.models import Agent, User
from foundation.tests.shapes import assert_has_error_shape
from knowledge_app.tests.factories import SourceFactory
from onboarding_app.models import OnboardingSession
from tests.api_description import Operation, operations, resolve
from voice_app.tests.factories import SECRET, VoiceSessionFactory

EXAMPLES = 20
NASTY = ["", " ", "\x00", "a\x00b", "\ud800", "😀" * 50, "9" * 4000, "-1", "1e999", "null", "[]"]
NASTY += [
    "../../etc/passwd",
    "' OR 1=1 --",
    "<script>",
    "http://127.0.0.1/",
    "%00",
    "\u202e",
    "NaN",
]
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.just(10**400), texts
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
content_types = st.sampled_from(
    ["application/json"] * 16
    + ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]
)


def value_for(schema: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Return values of which most fit a property, so that requests get past the first check."""
    schema = resolve(dict(schema))
    if depth < 3 and schema.get("properties"):
        return object_for(schema, depth + 1)
    fitting = _fitting(schema)
    return st.sampled_from([fitting, fitting, fitting, json_values]).flatmap(lambda chosen: chosen)


def _fitting(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("enum"):
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": texts | st.sampled_from(["Kim", "https://example.com/", "website", "text"]),
        "integer": st.integers(min_value=-2, max_value=3) | st.integers(),
        "number": st.floats(allow_nan=False),
        "boolean": st.booleans(),
    }
    return kinds.get(schema.get("type", ""), json_values)


def object_for(schema: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Return objects with all that is required, mostly, and some of the rest."""
    values = {name: value_for(inner, depth) for name, inner in schema.get("properties", {}).items()}
    required = {name: values[name] for name in schema.get("required", []) if name in values}
    rest = {name: value for name, value in values.items() if name not in required}
    whole = st.fixed_dictionaries(required, optional=rest)
    return st.one_of(whole, whole, st.fixed_dictionaries({}, optional=values))


@st.composite
def bodies(draw: st.DrawFn, operation: Operation, known: Mapping[str, str]) -> bytes:
    kind = draw(st.sampled_from(["fitting"] * 8 + ["json", "bytes"]))
    if kind == "bytes":
        return draw(st.binary(max_size=60))
    if kind == "json":
        return json.dumps(draw(json_values)).encode()
    body = draw(object_for(operation.request_schema))
    for name in ("session_id", "session_secret"):
        if name in operation.request_schema.get("properties", {}) and draw(st.booleans()):
            body[name] = SECRET if name == "session_secret" else known[name]
    return json.dumps(body).encode()


@st.composite
def addresses(draw: st.DrawFn, operation: Operation, known: Mapping[str, str]) -> str:
    path = operation.path
    for name, value in known.items():
        is_strange = draw(st.sampled_from([True] + [False] * 9))
        chosen = draw(texts | st.uuids().map(str)) if is_strange else value
        path = path.replace(f"{{{name}}}", _quoted(chosen))
    query = draw(object_for(operation.query_schema) | st.dictionaries(texts, texts, max_size=2))
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in query.items()]
    return f"{path}?{'&'.join(pairs)}"


def _quoted(value: Any) -> str:
    return quote(str(value), safe="", errors="surrogatepass")


@pytest.fixture
def callers(agent: Agent, owner: User, stranger: User) -> dict[str, Client]:
    key = issue_api_key(business=agent.business, name="CRM")
    found = {name: Client(raise_request_exception=False) for name in ("owner", "stranger", "none")}
    found["owner"].force_login(owner)
    found["stranger"].force_login(stranger)
    found["key"] = Client(raise_request_exception=False, headers={"authorization": f"Bearer {key}"})
    found["website"] = Client(
        raise_request_exception=False, headers={"origin": "https://shop.example"}
    )
    return found


@pytest.fixture
def known(agent: Agent, owner: User) -> dict[str, str]:
    """Ids that exist, under the names that addresses give them."""
    session = VoiceSessionFactory(agent=agent)
    onboarding = OnboardingSession.objects.create(agent=agent, started_by=owner)
    source = SourceFactory(agent=agent)
    return {
        "public_id": str(agent.public_id),
        "agent_id": str(agent.public_id),
        "session_id": str(session.public_id),
        "onboarding_id": str(onboarding.public_id),
        "source_id": str(source.public_id),
        "number": "1",
    }


@pytest.fixture
def alone(settings: LazySettings, tmp_path: Any) -> None:
    """No LiveKit and no models to reach, and no limit on how often one may ask."""
    settings.LIVEKIT_URL = "ws://127.0.0.1:9"
    settings.MODEL_SOCKET = str(tmp_path / "nobody.sock")
    for name in ("SESSION_RATE_PER_ADDRESS", "SESSION_RATE_PER_AGENT", "TURN_RATE_PER_ADDRESS"):
        setattr(settings, name, "100000/min")


def ids_for(operation: Operation, known: Mapping[str, str]) -> dict[str, str]:
    """Choose whose `session_id` it is: the wizard's or a conversation's."""
    is_onboarding = operation.path.startswith(("/api/onboarding/", "/api/data/"))
    return {**known, "session_id": known["onboarding_id"]} if is_onboarding else dict(known)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("operation", operations(), ids=str)
def test_no_request_crashes_and_every_error_has_the_one_shape(
    operation: Operation, callers: dict[str, Client], known: dict[str, str]
) -> None:
    ids = ids_for(operation, known)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        url = data.draw(addresses(operation, ids), label="address")
        body = data.draw(bodies(operation, ids), label="body")
        content_type = data.draw(content_types, label="content type")
        likely = (
            ["website", "key"] if operation.path.startswith("/api/voice/{") else ["owner", "key"]
        )
        caller = data.draw(st.sampled_from([*likely, *likely, *callers]), label="caller")
        with transaction.atomic():
            client = callers[caller]
            response = client.generic(operation.method.upper(), url, body, content_type)
            transaction.set_rollback(True)
        if response.streaming:
            # An answer in words; closing it here would close the test's database connection.
            return
        assert response.status_code < 500 or response.status_code == 503, response.content
        if response.status_code >= 400:
            assert_has_error_shape(response)

    run()
