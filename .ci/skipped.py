"""Fail when a test that was selected did not run: a skip hides what nobody looks at any more.

Tests marked `long` or `live` are deselected by `bin/test`, not skipped, and so don't appear here.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def skipped(report: Path) -> list[str]:
    """Return the selected tests that did not run, with their reason."""
    cases = ElementTree.parse(report).iter("testcase")  # noqa: S314 - written by our own pytest
    return [
        f"{case.get('classname')}.{case.get('name')}: {reason.get('message')}"
        for case in cases
        for reason in case.iter("skipped")
    ]


def main(report: Path) -> int:
    if not report.is_file():
        print("The tests left no report, so nobody knows whether they ran.")
        return 1
    found = skipped(report)
    print("\n".join(["These tests must run but were skipped:", *found] if found else ["None."]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
