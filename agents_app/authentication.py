"""How a program signs in: `Authorization: Bearer vp_...`, acting for one business."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from agents_app.api_keys import find_api_key
from agents_app.models import ApiKey, Business


class KeyHolder:
    """Stands where a user stands when a program calls: sees exactly one business."""

    is_authenticated = True
    is_anonymous = False
    is_staff = False
    is_active = True
    pk = None

    def __init__(self, api_key: ApiKey) -> None:
        self.business: Business = api_key.business

    def __str__(self) -> str:
        return f"key of {self.business}"


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        api_key = find_api_key(key.strip())
        if api_key is None:
            raise AuthenticationFailed("This key is unknown or was revoked.")
        ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=timezone.now())
        return KeyHolder(api_key), api_key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the API's description says it."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vp_..."}
