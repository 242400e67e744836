"""API keys: `vp_` and 43 random characters, shown once, stored as SHA-256.

A plain hash is enough because the key itself is 256 random bits; slow hashing protects passwords
people choose.
"""

import hashlib
import secrets

from django.utils import timezone

from agents_app.models import ApiKey, Business

PREFIX = "vp_"


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def issue_api_key(*, business: Business, name: str) -> str:
    """Make a key and return it; it can't be read again."""
    key = PREFIX + secrets.token_urlsafe(32)
    ApiKey.objects.create(business=business, name=name, prefix=key[:11], key_hash=_hash(key))
    return key


def revoke_api_key(*, api_key: ApiKey) -> None:
    api_key.revoked_at = timezone.now()
    api_key.save(update_fields=["revoked_at", "updated_at"])


def find_api_key(key: str) -> ApiKey | None:
    """Return the live key row with its business, or None."""
    if not key.startswith(PREFIX):
        return None
    live = ApiKey.objects.select_related("business").filter(revoked_at__isnull=True)
    return live.filter(key_hash=_hash(key)).first()
