"""When two addresses are the same page, and which addresses are worth asking for at all."""

import re
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

MAX_URL_CHARACTERS = 1000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"^(utm_\w+|gclid|gbraid|wbraid|fbclid|msclkid|yclid|mc_[ce]id|_ga|_gl|igshid|sessionid|phpsessid|sid)$",
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|odt|ods|csv|zip|gz|tgz|rar|7z|exe|dmg|apk|iso|jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?"
    r"|mp[34]|m4[av]|avi|mov|webm|og[gv]|wav|css|js|mjs|json|xml|rss|atom|woff2?|ttf|ics|vcf|txt)$",
    re.IGNORECASE,
)


def normalise_url(url: str, *, base: str = "") -> str:
    """Return the one form of a page's address: no fragment, no tracking, no default port; empty if
    it isn't one.
    """
    try:
        parts = urlsplit(urldefrag(urljoin(base, url.strip())).url)
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    clean = urlunsplit((scheme, netloc, parts.path or "/", _without_tracking(parts.query), ""))
    return clean if len(clean) <= MAX_URL_CHARACTERS else ""


def site_of(url: str) -> str:
    """Return what stays the same within a website: apex and www are one, and so are http and
    https.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    is_default = parts.port in {None, 80, 443}
    return host if is_default else f"{host}:{parts.port}"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def may_be_page(url: str) -> bool:
    """Whether the address looks like a page rather than a picture, a download or a feed."""
    return not _NO_PAGE.search(urlsplit(url).path)


def _without_tracking(query: str) -> str:
    # Left as it is unless something must go: rewriting it can change what the site answers.
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    return query if len(kept) == len(pairs) else urlencode(kept)
