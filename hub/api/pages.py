"""The description of the API, for programs and for people."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2
from drf_spectacular.views import SpectacularAPIView


class Schema(SpectacularAPIView):
    """OpenAPI 3.1, as JSON, or as YAML for whoever accepts that. Everybody may read it, as they may the guide."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer2, OpenApiYamlRenderer]
    authentication_classes = []
    permission_classes = []


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from this hub's own files; its script is a file too, for the Content-Security-Policy."""
    return render(request, "api/docs.html", {"csrf_cookie": settings.CSRF_COOKIE_NAME})
