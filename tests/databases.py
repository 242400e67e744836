"""Databases for one measurement."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """Make a database beside the environment's and drop it afterwards; gives its address."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"{name}_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def migrated_database(name: str) -> Iterator[str]:
    """Like `empty_database`, with the platform's tables."""
    with empty_database(name) as url:
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, check=True, env=os.environ | {"DATABASE_URL": url})
        yield url
