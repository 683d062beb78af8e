"""The figures of the desk, and each table as CSV. For those who may see them; nothing here changes anything."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from review.metrics.dashboard import BY_NAME, all_tables
from review.metrics.export import lines
from review.metrics.figures import Figures
from review.metrics.period import PERIODS, Period


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponseBase:
    _check_may_see(request)
    period = Period.asked(request.GET.get("days", ""))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Figures",
        "is_nav_sidebar_enabled": False,
        "period": period,
        "periods": PERIODS,
        "sections": all_tables(Figures(period)),
    }
    return TemplateResponse(request, "admin/review/metrics.html", context)


@require_safe
def export_table(request: HttpRequest, name: str) -> HttpResponseBase:
    _check_may_see(request)
    period = Period.asked(request.GET.get("days", ""))
    if name not in BY_NAME:
        raise Http404
    response = StreamingHttpResponse(lines(BY_NAME[name](Figures(period))), content_type="text/csv; charset=utf-8")
    file = f"atlas-{name}-{period.days}-days-to-{period.today:%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _check_may_see(request: HttpRequest) -> None:
    if not request.user.has_perm("review.view_metrics"):
        raise PermissionDenied
