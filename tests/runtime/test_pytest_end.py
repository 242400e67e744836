"""A test that leaves a thread behind can't keep the run from ending."""

import os
import subprocess
import sys
from pathlib import Path

from stack.layout import ROOT

LEAVES_A_THREAD = """
import threading, time

def test_leaves_a_thread():
    threading.Thread(target=time.sleep, args=(600,)).start()
"""


def test_a_thread_left_behind_ends_the_run_and_is_shown(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import stack.pytest_end as e\ne.EXIT_SECONDS = 1\n")
    (tmp_path / "test_it.py").write_text(LEAVES_A_THREAD)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "stack.pytest_end", "-p", "no:django", tmp_path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "1 passed" in done.stdout
    assert "most recent call first" in done.stderr
