"""`bin/up --reset`: remove what this clone stored, after asking, and nothing else."""

import shutil
from pathlib import Path

from stack import orphans
from stack.console import say
from stack.layout import Layout
from stack.unprivileged import data_folder, postgres_user


def reset(layout: Layout) -> bool:
    """Ask, then remove this clone's database, queue, uploads and secrets; tell if done."""
    postgres = data_folder(layout, postgres_user())
    targets = [postgres, layout.valkey, layout.data, layout.secrets, layout.base / "static.stamp"]
    present = [path for path in targets if path.exists()]
    if not present:
        return True
    say("\n  This removes for good what is stored here: accounts, agents, conversations, uploads.")
    for path in present:
        say(f"    {path}")
    say("  Databases and services that settings name elsewhere are not touched.\n")
    if not confirmed():
        say("  Nothing was removed.")
        return False
    orphans.end(layout)
    for path in present:
        remove(path)
    return True


def confirmed() -> bool:
    try:
        return input("  Type yes to remove it: ").strip().lower() == "yes"
    except EOFError:
        return False


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
