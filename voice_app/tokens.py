"""Two secrets of a session: the visitor's own, and LiveKit's join token.

The join token opens one room for ten minutes (only the joining; LiveKit renews it for the one who
is in) and lets its holder publish a microphone and nothing else. It holds no room configuration:
the server makes the room.
"""

import datetime as dt
import hashlib
import hmac
import secrets

from livekit import api

from voice_app.models import VoiceSession


def new_session_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(session: VoiceSession, secret: str) -> bool:
    return hmac.compare_digest(session.secret_hash, hash_secret(secret))


def visitor_identity(session: VoiceSession) -> str:
    return f"visitor-{session.public_id}"


def join_token(session: VoiceSession, *, api_key: str, api_secret: str, ttl_seconds: int) -> str:
    """Return a LiveKit token for the visitor of this session's room."""
    grants = api.VideoGrants(
        room_join=True,
        room=session.room,
        can_publish=True,
        can_publish_sources=["microphone"],
        can_publish_data=True,
        can_subscribe=True,
        can_update_own_metadata=False,
    )
    token = api.AccessToken(api_key, api_secret).with_identity(visitor_identity(session))
    return token.with_ttl(dt.timedelta(seconds=ttl_seconds)).with_grants(grants).to_jwt()
