"""Noise rules: made after a look at what they would have matched, and ended early by a person. Nothing is deleted."""

import hashlib
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from atlas.admin.base import ReadOnlyAdmin
from atlas.archive.judgements.judging import Refused
from atlas.archive.judgements.noise_rules import (
    PREVIEWED,
    Preview,
    check_expiry,
    check_phrase,
    counts_at,
    end_noise_rule,
    make_noise_rule,
    preview,
)
from atlas.models import Document, NoiseRule, User

SHOWN = 50  # matched changes on a page
USUAL_FORCE = timedelta(days=90)  # what the form proposes


class NoiseRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """``previewed`` is what the preview showed: a rule that was altered since is shown again before it is made."""

    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = NoiseRule
        fields = ("phrase", "platform", "document", "terms_type", "reason", "expires_on")
        labels = {"phrase": "Words", "expires_on": "Last day", "terms_type": "Terms type"}
        widgets = {
            "platform": AutocompleteSelect(NoiseRule._meta.get_field("platform"), admin.site),
            "document": AutocompleteSelect(NoiseRule._meta.get_field("document"), admin.site),
            "reason": forms.Textarea(attrs={"rows": 3}),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "phrase": {"required": "Please give the words that every such change says."},
            "reason": {"required": "Please give a reason: editors see it beside the changes."},
            "expires_on": {"required": "Please give the last day: a noise rule counts for a year at most."},
        }

    def clean_phrase(self) -> str:
        return str(self._checked(check_phrase, "phrase"))

    def clean_expires_on(self) -> Any:
        self._checked(check_expiry, "expires_on")
        return self.cleaned_data["expires_on"]

    def clean(self) -> dict[str, Any] | None:
        answer = super().clean() or self.cleaned_data
        platform, document = answer.get("platform"), answer.get("document")
        if platform and document and document.platform_id != platform.pk:
            raise forms.ValidationError(f"{document} is no document of {platform}. Leave one of the two empty.")
        return answer

    def _checked(self, check: Any, name: str) -> Any:
        try:
            return check(self.cleaned_data[name])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None

    def fingerprint(self) -> str:
        """Of what decides which changes are matched."""
        asked = [str(self.cleaned_data[name]) for name in ("phrase", "platform", "document", "terms_type")]
        return hashlib.sha256("\0".join(asked).encode()).hexdigest()


class ForceFilter(admin.SimpleListFilter):
    title = "force"
    parameter_name = "force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in", "In force"), ("over", "Ended or expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[NoiseRule]) -> QuerySet[NoiseRule]:
        in_force = NoiseRule.objects.in_force()
        if self.value() == "in":
            return queryset.filter(pk__in=in_force)
        return queryset.exclude(pk__in=in_force) if self.value() == "over" else queryset


@admin.register(NoiseRule)
class NoiseRuleAdmin(ReadOnlyAdmin):
    list_display = ("words", "scope", "reason", "expires_on", "force", "who")
    list_filter = (ForceFilter, "terms_type")
    list_select_related = ("platform", "document__platform", "made_by")
    search_fields = ("phrase", "reason")

    @admin.display(description="words", ordering="phrase")
    def words(self, rule: NoiseRule) -> str:
        return f"“{rule.phrase}”"

    @admin.display(description="where")
    def scope(self, rule: NoiseRule) -> str:
        return scope_words(rule)

    @admin.display(description="force")
    def force(self, rule: NoiseRule) -> str:
        return force_words(rule)

    @admin.display(description="made by")
    def who(self, rule: NoiseRule) -> str:
        return rule.made_by.shown_name

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Noise rules", **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:  # type: ignore[override]
        return request.user.has_perm("atlas.add_noiserule")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return make_rule(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        rule = self.get_object(request, object_id)
        if rule is None:
            raise Http404("There is no such noise rule.")
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        return end_rule(request, rule) if request.method == "POST" else show_rule(request, rule)


def scope_words(rule: NoiseRule) -> str:
    where = str(rule.document or rule.platform or "")
    return ", ".join(part for part in (where, rule.terms_type) if part) or "Everywhere"


def force_words(rule: NoiseRule) -> str:
    if rule.ended_at:
        return f"Ended early, {rule.ended_at:%-d %b %Y}"
    return "In force" if counts_at(rule, timezone.now()) else "Expired"


def make_rule(request: HttpRequest) -> HttpResponse:
    """The form; first it shows what the rule would have matched, then it makes the rule."""
    form = NoiseRuleForm(
        request.POST or None, initial={"expires_on": timezone.localdate() + USUAL_FORCE}, label_suffix=""
    )
    shown: Preview | None = None
    if request.method == "POST" and form.is_valid():
        is_previewed = form.cleaned_data["previewed"] == form.fingerprint()
        if "save" in request.POST and is_previewed and (done := _make(request, form)):
            return done
        shown = preview(form.save(commit=False))
        form.data = {**request.POST.dict(), "previewed": form.fingerprint()}
    context = {
        **admin.site.each_context(request),
        "title": "New noise rule",
        "is_nav_sidebar_enabled": False,
        "form": form,
        "media": form.media,
        "terms_types": Document.objects.order_by("terms_type").values_list("terms_type", flat=True).distinct(),
        **preview_context(shown),
    }
    return TemplateResponse(request, "admin/atlas/noiserule/add.html", context)


def _make(request: HttpRequest, form: NoiseRuleForm) -> HttpResponse | None:
    try:
        rule = make_noise_rule(form.save(commit=False), by=cast(User, request.user))
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(
        request, f"Changes that only say “{rule.phrase}” are drafted last until {rule.expires_on:%-d %B %Y}."
    )
    return HttpResponseRedirect(reverse("admin:atlas_noiserule_changelist"))


def preview_context(shown: Preview | None) -> dict[str, Any]:
    if shown is None:
        return {"matched": None}
    return {
        "matched": len(shown.changes),
        "is_partial": shown.is_partial,
        "shown": shown.changes[:SHOWN],
        "more": max(0, len(shown.changes) - SHOWN),
        "days": PREVIEWED.days,
        "until": shown.until,
    }


def show_rule(request: HttpRequest, rule: NoiseRule) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": f"Noise rule “{rule.phrase}”",
        "is_nav_sidebar_enabled": False,
        "rule": rule,
        "scope": scope_words(rule),
        "force": force_words(rule),
        "ended_by": _log(rule).select_related("user").first() if rule.ended_at else None,
        "may_end": request.user.has_perm("atlas.change_noiserule") and counts_at(rule, timezone.now()),
        **preview_context(preview(rule)),
    }
    return TemplateResponse(request, "admin/atlas/noiserule/rule.html", context)


def end_rule(request: HttpRequest, rule: NoiseRule) -> HttpResponse:
    if not request.user.has_perm("atlas.change_noiserule"):
        raise PermissionDenied
    by = cast(User, request.user)
    if end_noise_rule(rule, by=by):
        LogEntry.objects.log_actions(by.pk, [rule], CHANGE, change_message="Ended early.")
        messages.success(request, "The rule is ended: it counts for no change that is queued from now on.")
    else:
        messages.info(request, "The rule had been ended before.")
    return HttpResponseRedirect(reverse("admin:atlas_noiserule_change", args=[rule.pk]))


def _log(rule: NoiseRule) -> QuerySet[LogEntry]:
    of_rules = ContentType.objects.get_for_model(NoiseRule)
    return LogEntry.objects.filter(content_type=of_rules, object_id=str(rule.pk), action_flag=CHANGE)
