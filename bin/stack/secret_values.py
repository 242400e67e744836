"""The secrets that nobody typed: made once, kept in `.local/secrets.env` for this user alone."""

import base64
import os
import secrets
from pathlib import Path

from stack.env_files import read_env_file


def fernet_key() -> str:
    """Return a key in the form that `cryptography.fernet.Fernet` takes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_ENCRYPTION_KEY": fernet_key,
    "LIVEKIT_API_KEY": lambda: f"key-{secrets.token_hex(8)}",
    "LIVEKIT_API_SECRET": lambda: secrets.token_urlsafe(40),
    "POSTGRES_PASSWORD": lambda: secrets.token_hex(24),
    "APP_DATABASE_PASSWORD": lambda: secrets.token_hex(24),
    "VALKEY_PASSWORD": lambda: secrets.token_hex(24),
}


def load_or_make(file: Path) -> dict[str, str]:
    """Return the stored secrets; make and store those that are missing."""
    known = read_env_file(file)
    missing = {name: make() for name, make in MAKERS.items() if not known.get(name)}
    if missing:
        write(file, known | missing)
    return known | missing


def write(file: Path, values: dict[str, str]) -> None:
    """Replace the file in one step: a kill in between leaves the old secrets."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(
            "# Made by bin/up. With these go the sessions, the stored secrets and the database.\n"
        )
        out.writelines(f"{name}={value}\n" for name, value in values.items())
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
