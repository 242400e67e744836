"""Which origins a website speaks from, so that the widget works there without a further setting."""

import ipaddress
from urllib.parse import urlsplit


def site_origins(url: str) -> list[str]:
    """Return the site's origins, apex and www, in the scheme as given and in https.

    An address with a port of its own, or without a name, is a site that stands alone: only its
    exact origin.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.port or "." not in host or _is_address(host):
        return [f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"]
    apex = host.removeprefix("www.")
    schemes = dict.fromkeys(["https", parts.scheme])
    return [f"{scheme}://{name}" for scheme in schemes for name in (apex, f"www.{apex}")]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
