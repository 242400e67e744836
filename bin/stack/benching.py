"""`bin/bench NAME [arguments]`: the services of a test run, then one script of `bench/`.

The same services as the tests', so that a figure needs nothing but a clone; nothing else should run
on the machine meanwhile.
"""

import os
import subprocess
import sys

from stack import layout as layouts
from stack import orphans
from stack.console import say
from stack.layout import ROOT
from stack.signals import ignore_further_signals
from stack.testing import remove_dead_runs, start_services, tidy


def main(arguments: list[str]) -> int:
    """Start the services, run the script, stop the services; return the script's exit status."""
    scripts = sorted(p.stem for p in (ROOT / "bench").glob("*.py") if is_script(p.read_text()))
    if not arguments or arguments[0] not in scripts:
        say(f"usage: bin/bench {{{','.join(scripts)}}} [arguments]")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    remove_dead_runs()
    layout = layouts.of_tests()
    layout.prepare()
    status = 1
    try:
        env = start_services(layout, with_live_keys=False)
        # The stand-ins that benchmarks share with the tests import `stack`, as pytest lets them.
        env = {**env, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bin'}"}
        command = [sys.executable, "-m", f"bench.{arguments[0]}", *arguments[1:]]
        status = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    finally:
        ignore_further_signals()
        orphans.end(layout)
        tidy(layout, keep_logs=status != 0)
    return status


def is_script(text: str) -> bool:
    return '__name__ == "__main__"' in text
