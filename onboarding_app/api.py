"""The JSON API of onboarding; paths and meanings are those of the product's first version."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents_app.models import Business, User
from foundation.api_errors import ApiError
from foundation.parsers import StrictJSONParser
from knowledge_app.exceptions import SourceRejected
from knowledge_app.serializers import SourceOutput
from onboarding_app import services
from onboarding_app.access import business_of, get_session_or_404
from onboarding_app.exceptions import AnswerRejected, QuestionOutdated
from onboarding_app.models import OnboardingSession
from onboarding_app.serializers import (
    AnswerInput,
    MaterialInput,
    RejectedOutput,
    RetryInput,
    StartInput,
    StepOutput,
)
from onboarding_app.status import activity_of, describe_step, percent_of, sources_of

_SESSION = "5b1f0c6e-8f0e-4c39-9a5b-0d8a51a0c1d2"
_STEP = {
    "session_id": _SESSION,
    "agent_id": "0f6c2a7e-2f5b-4a57-8a44-6a1f2e0b9c11",
    "status": "asking",
    "question": {"id": "tone", "text": "How should it sound?", "kind": "choice"},
    "progress": {"asked": 3, "limit": 5},
}
_STEP_EXAMPLE = OpenApiExample("A question is open", value=_STEP, response_only=True)

IngestionOutput = inline_serializer(
    "OnboardingIngestion",
    {"percent": serializers.IntegerField(), "sources": SourceOutput(many=True)},
)


class StatusOutput(StepOutput):
    ingestion = IngestionOutput
    is_configured = serializers.BooleanField()
    activity = serializers.CharField()
    error = serializers.CharField(required=False)


class MaterialOutput(serializers.Serializer):
    sources = SourceOutput(many=True)
    rejected = RejectedOutput(many=True)


class StartView(APIView):
    @extend_schema(
        operation_id="onboarding_start",
        summary="Start an agent; its website is read at once",
        request=StartInput,
        responses={201: StepOutput},
        examples=[
            OpenApiExample(
                "A website",
                value={"website_url": "https://example.com", "business_name": "Harbour Wheels"},
                request_only=True,
            ),
            _STEP_EXAMPLE,
        ],
    )
    def post(self, request: Request) -> Response:
        given = StartInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            session = services.start_onboarding(
                user=_person(request), business=_business(request), **given.validated_data
            )
        except SourceRejected as error:
            raise _invalid("website_url", str(error)) from error
        return Response(describe_step(session), status=201)


class AnswerView(APIView):
    @extend_schema(
        operation_id="onboarding_answer",
        summary="Answer or skip the open question",
        request=AnswerInput,
        responses=StepOutput,
        examples=[
            OpenApiExample(
                "An answer",
                value={
                    "session_id": _SESSION,
                    "question_id": "hand_off",
                    "answer": "Anna Berg, anna@example.com",
                },
                request_only=True,
            ),
            OpenApiExample(
                "Skipped",
                value={"session_id": _SESSION, "question_id": "never_say", "skip": True},
                request_only=True,
            ),
            _STEP_EXAMPLE,
        ],
    )
    def post(self, request: Request) -> Response:
        given = AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = get_session_or_404(request.user, given.validated_data["session_id"])
        return Response(describe_step(_settle(session, given.validated_data)))


class StatusView(APIView):
    @extend_schema(
        operation_id="onboarding_status",
        summary="How far an onboarding is",
        responses=StatusOutput,
        examples=[
            OpenApiExample(
                "Being built",
                value=_STEP
                | {
                    "status": "building",
                    "question": None,
                    "progress": {"asked": 5, "limit": 5},
                    "ingestion": {"percent": 23, "sources": []},
                    "activity": "Reading page 14 of 60: Opening hours",
                    "is_configured": False,
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request, session_id: Any) -> Response:
        return Response(describe_status(get_session_or_404(request.user, session_id)))


class RetryView(APIView):
    @extend_schema(
        operation_id="onboarding_retry",
        summary="Begin a failed build again",
        request=RetryInput,
        responses={202: StepOutput},
        examples=[OpenApiExample("Again", value={"session_id": _SESSION}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        given = RetryInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = get_session_or_404(request.user, given.validated_data["session_id"])
        return Response(describe_step(services.retry_build(session=session)), status=202)


class ProcessDataView(APIView):
    parser_classes = [MultiPartParser, FormParser, StrictJSONParser]

    @extend_schema(
        operation_id="onboarding_process_data",
        summary="Hand over a website and files",
        description="Each part is taken or rejected on its own; 400 when none could be taken.",
        request={"multipart/form-data": MaterialInput},
        responses={202: MaterialOutput},
        examples=[
            OpenApiExample(
                "Taken",
                value={"sources": [], "rejected": []},
                response_only=True,
                status_codes=["202"],
            )
        ],
    )
    def post(self, request: Request, session_id: Any) -> Response:
        session = get_session_or_404(request.user, session_id)
        given = MaterialInput(data=request.data)
        given.is_valid(raise_exception=True)
        material = services.add_material(session=session, **given.validated_data)
        if not material.sources:
            raise _nothing_taken(material, given.validated_data["website_url"])
        return Response(MaterialOutput(material).data, status=202)


def describe_status(session: OnboardingSession) -> dict[str, Any]:
    """Return what `status` says: the step, how reading goes on, and the error if there is one."""
    sources = sources_of(session)
    body = describe_step(session) | {
        "ingestion": {
            "percent": percent_of(sources),
            "sources": SourceOutput(sources, many=True).data,
        },
        "is_configured": session.agent.is_configured,
        "activity": activity_of(session, now=timezone.now()),
    }
    return body | ({"error": session.error} if session.error else {})


def _settle(session: OnboardingSession, given: dict[str, Any]) -> OnboardingSession:
    question_id = given["question_id"]
    try:
        if given["skip"]:
            return services.skip_question(session=session, question_id=question_id)
        return services.answer_question(
            session=session, question_id=question_id, answer=given["answer"]
        )
    except QuestionOutdated as error:
        message = "Another question is open by now; ask for the status to see it."
        raise ApiError(409, "question_outdated", message) from error
    except AnswerRejected as error:
        raise _invalid("answer", str(error)) from error


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _business(request: Request) -> Business:
    business = business_of(request.user)
    if business is None:
        raise ApiError(
            409, "no_business", "You don't belong to a business that could have an agent."
        )
    return business


def _invalid(field: str, message: str) -> ApiError:
    return ApiError(400, "invalid", message, fields={field: [message]})


def _nothing_taken(material: services.Material, website_url: str) -> ApiError:
    fields: dict[str, list[str]] = {}
    for item in material.rejected:
        if item["where"] == website_url:
            fields["website_url"] = [item["message"]]
        else:
            fields.setdefault("files", []).append(f"{item['where']}: {item['message']}")
    return ApiError(400, "invalid", "Nothing of this could be taken; see `fields`.", fields=fields)
