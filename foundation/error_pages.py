"""What a request gets that no view could answer: a page for people, our error shape for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from foundation.api_errors import MESSAGES, error_body


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(error_body(*MESSAGES[404]), status=404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = error_body("server_error", "Something went wrong on our side; it has been recorded.")
        return JsonResponse(body, status=500)
    return render(request, "500.html", status=500)
