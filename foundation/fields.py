"""A text column that is encrypted at rest.

Fernet (AES-128-CBC with HMAC, from `cryptography`) with a list of keys, so that a key can be
rotated: the first encrypts, all decrypt.
"""

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):
    """Plain text in Python, Fernet token in the database; can't be searched."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else _cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None else _cipher().decrypt(value.encode()).decode()
