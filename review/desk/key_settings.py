"""Whether single letters work as shortcuts for an editor; people who speak to their computer switch them off."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from review.desk.loading import may_see
from review.models import DeskSettings


@require_POST
def keep_settings(request: HttpRequest) -> HttpResponse:
    by = may_see(request)
    DeskSettings.objects.update_or_create(user=by, defaults={"bare_keys": "bare_keys" in request.POST})
    return HttpResponse(status=204)
