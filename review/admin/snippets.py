"""Saved instructions to the drafter: everybody keeps their own, managing editors those of all."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from atlas.models import User
from review.models import Snippet

SHARE = "review.assign_edition"  # who organises the desk keeps what all use


class SnippetForm(forms.ModelForm):  # type: ignore[type-arg]
    is_shared = forms.BooleanField(label="For everybody", required=False)
    user: User | None = None

    class Meta:
        model = Snippet
        fields = ("name", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_shared" in self.fields:
            self.fields["is_shared"].initial = self.instance.pk is not None and self.instance.owner_id is None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        owner = None if data.get("is_shared") else self.user
        taken = Snippet.objects.filter(owner=owner, name=data.get("name")).exclude(pk=self.instance.pk)
        if taken.exists():
            self.add_error("name", "There is a saved instruction of that name already.")
        return data


@admin.register(Snippet)
class SnippetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SnippetForm
    list_display = ("name", "text", "whose")
    search_fields = ("name", "text")
    actions = None

    @admin.display(description="Whose")
    def whose(self, snippet: Snippet) -> str:
        return "Everybody's" if snippet.owner_id is None else "Yours"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snippet]:
        assert isinstance(request.user, User)
        return super().get_queryset(request).filter(Q(owner=request.user) | Q(owner=None))

    def get_fields(self, request: HttpRequest, obj: Snippet | None = None) -> tuple[str, ...]:
        return ("name", "text", "is_shared") if request.user.has_perm(SHARE) else ("name", "text")

    def get_form(self, request: HttpRequest, obj: Snippet | None = None, change: bool = False, **kwargs: Any) -> Any:
        return type("FormOfPerson", (super().get_form(request, obj, change, **kwargs),), {"user": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Snippet | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Snippet | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_theirs(request, obj)

    def save_model(self, request: HttpRequest, obj: Snippet, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        is_shared = request.user.has_perm(SHARE) and form.cleaned_data.get("is_shared")
        obj.owner = None if is_shared else request.user
        super().save_model(request, obj, form, change)


def _is_theirs(request: HttpRequest, snippet: Snippet | None) -> bool:
    return snippet is None or snippet.owner_id == request.user.pk or request.user.has_perm(SHARE)
