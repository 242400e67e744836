"""What a request gets that no view could answer: a page, or our error shape for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import csrf, defaults
from django.views.decorators.csrf import csrf_exempt

from foundation.api_errors import MESSAGES, error_body


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def api_error(status: int, *, code: str = "", message: str = "") -> JsonResponse:
    """Answer in the API's error shape, outside of DRF."""
    usual_code, usual_message = MESSAGES[status]
    return JsonResponse(error_body(code or usual_code, message or usual_message), status=status)


@csrf_exempt
def api_not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer every address under /api/ that nobody has; also with DEBUG on."""
    return api_error(404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return api_error(
            400, message="The request can't be read: a header or the address is broken."
        )
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return api_error(403)
    return defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _is_api(request):
        return api_error(403, message="Send the CSRF token, or a key instead of a cookie.")
    return csrf.csrf_failure(request, reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return api_error(404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return api_error(500)
    return render(request, "500.html", status=500)
