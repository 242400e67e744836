"""The embedded services of one layout: PostgreSQL, Valkey and LiveKit, as far as no setting
replaces them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
import redis

from stack import livekit
from stack.console import Step
from stack.environment import uses_embedded_livekit
from stack.errors import StackError
from stack.layout import Layout
from stack.livekit import EmbeddedLiveKit
from stack.ports import Ports
from stack.postgres import EmbeddedPostgres
from stack.program import Program
from stack.readiness import wait_for
from stack.supervisor import Supervisor
from stack.valkey import EmbeddedValkey

STORE_SECONDS = 60
STORE_CURE = "See the log; `bin/up --reset` starts again with empty data when it can't be mended."


@dataclass
class Embedded:
    """What runs inside this layout; a part that stands elsewhere is None."""

    env: Mapping[str, str]
    postgres: EmbeddedPostgres | None
    valkey: EmbeddedValkey | None
    livekit: EmbeddedLiveKit | None = None

    def programs(self) -> list[Program]:
        parts = (self.postgres, self.valkey, self.livekit)
        return [part.program() for part in parts if part is not None]

    def start_postgres(self, supervisor: Supervisor, *, quiet: bool = False) -> None:
        """Have a database that answers SQL and holds the application's own."""
        with Step("PostgreSQL", quiet=quiet) as step:
            if self.postgres is None:
                require_database(self.env["DATABASE_URL"])
                step.detail = "at DATABASE_URL"
                return
            self.postgres.initialise(step)
            supervisor.start("postgres")
            wait_for_store(supervisor, "postgres", self.postgres)
            self.postgres.ensure_database()
            step.detail = self.postgres.description

    def start_valkey(self, supervisor: Supervisor, *, quiet: bool = False) -> None:
        """Have a broker that answers PING."""
        with Step("Valkey", quiet=quiet) as step:
            if self.valkey is None:
                require_broker(self.env["REDIS_URL"])
                step.detail = "at REDIS_URL"
                return
            supervisor.start("valkey")
            wait_for_store(supervisor, "valkey", self.valkey)
            step.detail = self.valkey.description

    def start_livekit(self, supervisor: Supervisor) -> None:
        """Have a LiveKit server that answers; the worker checks one that stands elsewhere."""
        if self.livekit is None:
            return
        with Step("LiveKit server") as step:
            supervisor.start("livekit")
            wait_for_store(supervisor, "livekit", self.livekit)
            step.detail = self.livekit.description


def wait_for_store(
    supervisor: Supervisor, name: str, part: EmbeddedPostgres | EmbeddedValkey | EmbeddedLiveKit
) -> None:
    wait_for(
        part.is_ready, supervisor=supervisor, name=name, seconds=STORE_SECONDS, cure=STORE_CURE
    )


def stores(
    layout: Layout,
    *,
    env: Mapping[str, str],
    given: Mapping[str, str],
    ports: Ports,
    secrets: Mapping[str, str],
    durable: bool = True,
) -> Embedded:
    """Return the stores of a layout: PostgreSQL and Valkey unless settings name others."""
    postgres = None
    if not given.get("DATABASE_URL"):
        postgres = EmbeddedPostgres(
            layout, port=ports["postgres"], secrets=secrets, durable=durable
        )
    valkey = None
    if not given.get("REDIS_URL"):
        valkey = EmbeddedValkey(layout, port=ports["valkey"], password=secrets["VALKEY_PASSWORD"])
    return Embedded(env=env, postgres=postgres, valkey=valkey)


def add_livekit(
    embedded: Embedded,
    layout: Layout,
    *,
    given: Mapping[str, str],
    ports: Ports,
    webhook_base: str,
) -> None:
    """Find or build the LiveKit server and add it, unless settings name another one."""
    if not uses_embedded_livekit(given):
        return
    with Step("LiveKit program") as step:
        binary, source = livekit.find_or_build(step, layout.logs / "livekit-build.log")
        step.detail = f"{livekit.VERSION} from the {source}"
    embedded.livekit = EmbeddedLiveKit(
        layout,
        binary=binary,
        ports=ports,
        env=embedded.env,
        webhook_url=f"{webhook_base}/api/livekit/webhook",
    )


def require_database(url: str) -> None:
    """Check that the database of a setting answers."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        message = f"The database of DATABASE_URL does not answer: {first_line(str(error))}"
        raise StackError(message, cure="Correct DATABASE_URL, or unset it.") from error


def require_broker(url: str) -> None:
    """Check that the broker of a setting answers."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        message = f"The broker of REDIS_URL does not answer: {first_line(str(error))}"
        raise StackError(message, cure="Correct REDIS_URL, or unset it.") from error


def first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")
