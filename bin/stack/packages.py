"""Finding programs that come inside Python packages without importing those, which takes time."""

import importlib.util
from pathlib import Path


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package; none when it isn't installed on this platform."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))
