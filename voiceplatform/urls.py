"""Every address of the platform; each app keeps its own lists for pages and for the API."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from foundation.error_pages import api_not_found

# Staff sign in where everybody does, with its rate limits and second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("agents_app.urls")),
    path("", include("knowledge_app.urls")),
    path("", include("voice_app.urls")),
    path("", include("onboarding_app.urls")),
    path("health/", include("foundation.urls")),
    path("api/", include("agents_app.api_urls")),
    path("api/", include("knowledge_app.api_urls")),
    path("api/", include("voice_app.api_urls")),
    path("api/", include("onboarding_app.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", api_not_found),
    path("api/<path:rest>", api_not_found),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "foundation.error_pages.bad_request"
handler403 = "foundation.error_pages.forbidden"
handler404 = "foundation.error_pages.not_found"
handler500 = "foundation.error_pages.server_error"
