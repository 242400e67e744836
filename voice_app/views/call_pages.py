"""The member's call page, and the loader that other people's websites embed.

The loader is built with a gap where the call's module goes, because only Django knows under which
hashed name the static storage serves it; it is filled here, so that the owner's one line of HTML
never changes.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from agents_app.shortcuts import get_agent_or_404
from agents_app.views.overview import setup_url

MODULE_GAP = "__CALL_MODULE__"
# Short, because its name says nothing of its content: websites run a new loader within minutes.
LOADER_SECONDS = 300


@require_safe
@login_required
def voice_test(request: HttpRequest) -> HttpResponse:
    """Talk to an agent as its visitors do, or to its draft while nothing is published."""
    if "agentId" not in request.GET:
        return redirect("agents:list")
    agent = get_agent_or_404(request.user, _uuid_or_404(request.GET["agentId"]))
    version = agent.published_version
    context = {
        "agent": agent,
        "config": version.config if version else agent.draft,
        "setup_url": setup_url(agent),
    }
    return render(request, "voice_app/voice_test.html", context)


def _uuid_or_404(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Http404 from None


def _loader_path() -> Path:
    found = finders.find("widget/loader.js")
    if not found:
        raise Http404("The front end is not built: run `npm run build`.")
    return Path(found)


@lru_cache(maxsize=2)
def _filled_loader(path: Path, modified_ns: int, module_url: str) -> tuple[bytes, str]:
    """Return the loader and its ETag; `modified_ns` only tells builds apart."""
    body = path.read_text().replace(MODULE_GAP, module_url).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _loader() -> tuple[bytes, str]:
    path = _loader_path()
    return _filled_loader(path, path.stat().st_mtime_ns, static("widget/call.js"))


@gzip_page
@require_safe
@condition(etag_func=lambda request: _loader()[1])
def widget_loader(request: HttpRequest) -> HttpResponse:
    """Serve the script of the owner's snippet to any website; who may show it is asked later."""
    return HttpResponse(
        _loader()[0],
        content_type="text/javascript; charset=utf-8",
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": f"public, max-age={LOADER_SECONDS}",
        },
    )
