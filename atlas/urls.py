"""All addresses of the site. With ``settings.py`` the only place that knows all three floors."""

from django.contrib import admin
from django.urls import include, path

from atlas.api.page import explained
from atlas.mcp.views import endpoint

urlpatterns = [
    path("admin/review/metrics/", include("review.admin.metrics_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("review.urls")),
    path("api/v1/", include("atlas.api.urls")),
    path("api/", explained, name="api"),
    path("mcp/", endpoint, name="mcp"),
    path("", include("atlas.site.urls")),
]
