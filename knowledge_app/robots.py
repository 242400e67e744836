"""What a website asks of crawlers: robots.txt after RFC 9309, with the crawl-delay and sitemap
lines that most crawlers know.

Our own because patterns come from strangers: they are matched piece by piece in linear time, where
the standard library knows no wildcards and the usual translation to a regular expression can be
made to run for hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

# RFC 9309 2.5: a crawler must read at least 500 KiB; we read no more.
MAX_ROBOTS_BYTES = 512_000
_SAFE = "/%:@!$&'()*+,;=~?"


@dataclass(frozen=True)
class Rule:
    pattern: str
    is_allow: bool


@dataclass(frozen=True)
class Robots:
    """The rules for one crawler; no rules allow everything."""

    rules: tuple[Rule, ...] = ()
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether this address may be read: the longest matching pattern decides, `Allow` wins a
        tie.
        """
        parts = urlsplit(url)
        path = quote(parts.path or "/", safe=_SAFE)
        path += f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        hits = [rule for rule in self.rules if _matches(rule.pattern, path)]
        best = max(hits, key=lambda rule: (len(rule.pattern), rule.is_allow), default=None)
        return best is None or best.is_allow


@dataclass
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    delay_seconds: float = 0.0
    is_open: bool = True


def parse_robots(text: str, *, product: str) -> Robots:
    """Read robots.txt for the crawler named `product`; lines that make no sense are skipped."""
    groups: list[_Group] = []
    sitemaps: list[str] = []
    for name, value in _lines(text):
        if name == "sitemap":
            sitemaps.append(value)
        elif name == "user-agent":
            _open_group(groups, value.lower())
        elif groups:
            _add_rule(groups[-1], name, value)
    mine = [group for group in groups if product.lower() in group.agents]
    mine = mine or [group for group in groups if "*" in group.agents]
    return Robots(
        rules=tuple(rule for group in mine for rule in group.rules),
        delay_seconds=max((group.delay_seconds for group in mine), default=0.0),
        sitemaps=tuple(sitemaps),
    )


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _open_group(groups: list[_Group], agent: str) -> None:
    """Start a group, or add a name to one whose rules haven't begun."""
    if not groups or not groups[-1].is_open:
        groups.append(_Group())
    groups[-1].agents.append(agent)


def _add_rule(group: _Group, name: str, value: str) -> None:
    group.is_open = False
    if name in {"allow", "disallow"}:
        group.rules.append(Rule(quote(value, safe=_SAFE), name == "allow"))
    elif name == "crawl-delay" and value.replace(".", "", 1).isdecimal():
        group.delay_seconds = float(value)


def _matches(pattern: str, path: str) -> bool:
    """Match `*` (anything) and a final `$` (the end) without backtracking: each piece at its first
    place.
    """
    is_anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    for piece in rest[:-1]:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    if not rest:
        return not is_anchored or position == len(path)
    if is_anchored:
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= position
    return path.find(rest[-1], position) >= 0
