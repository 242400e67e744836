"""`docker-compose.yml`: valid, and with every process of `bin/up`; no engine here starts it."""

import re
import subprocess
import sys

import yaml

from stack.layout import ROOT
from stack.programs import platform_programs

FILE = ROOT / "docker-compose.yml"


def test_it_fits_the_compose_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_process_of_the_platform_has_a_service_that_runs_it() -> None:
    services = yaml.safe_load(FILE.read_text())["services"]
    for program in platform_programs({}, web_port=8000):
        assert services[program.name]["command"] == ["bin/run", program.name]


def test_every_variable_is_explained_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    for name in set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text())):
        assert re.search(rf"^# {name}=", example, re.MULTILINE), name
