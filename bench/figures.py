"""Percentiles, and a table of them."""

from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], q: float) -> float:
    """Return the value below which a share `q` (0..1) of the values lies, by nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(q * len(ranked)))]


def print_table(title: str, rows: Mapping[str, Sequence[float]], *, unit: str = "ms") -> None:
    """Print one line per figure: how many, p50, p95, worst."""
    print(f"\n{title}\n{'':34} {'n':>5} {'p50':>8} {'p95':>8} {'max':>8}")
    for name, values in rows.items():
        if values:
            figures = (percentile(values, 0.5), percentile(values, 0.95), max(values))
            shown = " ".join(f"{figure:8.0f}" for figure in figures)
            print(f"{name:34} {len(values):5} {shown}  {unit}")
        else:
            print(f"{name:34} {0:5}  (none measured)")
