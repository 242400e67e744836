"""`bin/lock`: compile `requirements*.in` into locks that hold on every platform we serve."""

import argparse

from stack import children
from stack.console import Step
from stack.install import LOGS, NETWORK, UV_LOCK, find_uv
from stack.layout import ROOT

# In this order: the tests' lock is constrained by the product's.
SOURCES = {
    ROOT / "requirements.in": ROOT / "requirements.txt",
    ROOT / "requirements-dev.in": ROOT / "requirements-dev.txt",
    UV_LOCK.with_suffix(".in"): UV_LOCK,
}
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet")


def main(arguments: list[str]) -> int:
    """Compile every lock; what is locked stays as it is unless `--upgrade` says otherwise."""
    parser = argparse.ArgumentParser(prog="bin/lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    options = parser.parse_args(arguments)
    for source, lock in SOURCES.items():
        with Step(lock.name) as step:
            uv = find_uv(step)
            extra = ["--upgrade"] if options.upgrade else []
            children.run(
                [
                    *(uv, "pip", "compile", *OPTIONS, *extra),
                    *(source.relative_to(ROOT), "-o", lock.relative_to(ROOT)),
                ],
                log=LOGS / "lock.log",
                failure=f"{source.name} could not be compiled.",
                cure=NETWORK,
            )
    return 0
