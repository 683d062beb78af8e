"""What a provision is about, why, and an editor's correction of it."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from atlas.admin.base import ReadOnlyAdmin, asking
from atlas.archive.judgements.correcting import correct_topic, standing_topics
from atlas.archive.judgements.judging import Refused
from atlas.models import Provision, Topic, TopicCorrection, User


@admin.register(TopicCorrection)
class TopicCorrectionAdmin(ReadOnlyAdmin):
    """All corrections, the latest first; they are made on the page of a provision's topics."""

    list_display = ("provision", "topic", "is_about", "reason", "who", "corrected_at")
    list_filter = (("is_about", asking("whether it is about the topic")), "topic", "provision__document__platform")
    list_select_related = ("provision", "topic", "corrected_by")
    search_fields = ("provision__title", "reason")
    ordering = ("-pk",)

    @admin.display(description="corrected by")
    def who(self, correction: TopicCorrection) -> str:
        return correction.corrected_by.shown_name

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Topic corrections", **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        of_provision = self.admin_site.admin_view(topics_of_provision)
        return [path("provision/<int:provision_id>/", of_provision, name="atlas_provision_topics"), *super().get_urls()]


def topics_of_provision(request: HttpRequest, provision_id: int) -> HttpResponse:
    """Each topic with its cues and corrections; a POST corrects one."""
    if not request.user.has_perm("atlas.view_provision"):
        raise PermissionDenied
    rows = Provision.objects.select_related("document__platform", "current_wording")
    provision = get_object_or_404(rows, pk=provision_id)
    if request.method == "POST":
        return _correct(request, provision)
    standing = standing_topics(provision)
    shown = {each.topic.pk for each in standing}
    context = {
        **admin.site.each_context(request),
        "title": f"Topics of {provision.public_id}",
        "is_nav_sidebar_enabled": False,
        "provision": provision,
        "standing": standing,
        "is_about_none": not any(each.is_about for each in standing),
        "others": Topic.objects.filter(is_retired=False).exclude(pk__in=shown),
        "may_correct": request.user.has_perm("atlas.add_topiccorrection"),
    }
    return TemplateResponse(request, "admin/atlas/topiccorrection/provision.html", context)


def _correct(request: HttpRequest, provision: Provision) -> HttpResponse:
    if not request.user.has_perm("atlas.add_topiccorrection"):
        raise PermissionDenied
    asked: Any = request.POST
    topic = Topic.objects.filter(pk=asked.get("topic", "").replace("\0", "")).first()
    if topic is None:
        messages.error(request, "Please choose a topic.")
    else:
        _record(request, provision, topic, is_about=asked.get("is_about") == "yes", reason=asked.get("reason", ""))
    return HttpResponseRedirect(reverse("admin:atlas_provision_topics", args=[provision.pk]))


def _record(request: HttpRequest, provision: Provision, topic: Topic, *, is_about: bool, reason: str) -> None:
    try:
        correct_topic(provision, topic, is_about=is_about, reason=reason, by=cast(User, request.user))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Recorded: it is {'' if is_about else 'not '}about “{topic.name}”.")
