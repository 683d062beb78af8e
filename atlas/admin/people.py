"""Who uses the admin, and who watches what."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from atlas.models import Topic, User, Watch


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Django's, with the name and role under which a person's approvals are published."""

    list_display = ("username", "public_name", "public_role", "is_staff", "is_active")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("In public", {"fields": ("public_name", "public_role")}))


class WatchedFilter(admin.SimpleListFilter):
    title = "what is watched"
    parameter_name = "watched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, f"A {name}") for name in Watch.SUBJECTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Watch]) -> QuerySet[Watch]:
        name = self.value()
        return queryset.filter(**{f"{name}__isnull": False}) if name in Watch.SUBJECTS else queryset


@admin.register(Watch)
class WatchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who watches what. Changes of what somebody watches are drafted before the rest."""

    list_display = ("what", "watcher", "created_at")
    list_select_related = ("user", "platform", "document__platform", "provision__document__platform", "topic")
    list_filter = (WatchedFilter,)
    search_fields = ("user__username", "user__public_name", "platform__name", "document__name", "provision__title")
    autocomplete_fields = ("platform", "document", "provision")
    fields = ("user", "platform", "document", "provision", "topic")
    show_full_result_count = False
    ordering = ("-pk",)

    @admin.display(description="watched")
    def what(self, watch: Watch) -> str:
        sort = next(name for name in Watch.SUBJECTS if getattr(watch, f"{name}_id"))
        return f"{sort.capitalize()}: {watch.subject}"

    @admin.display(description="by", ordering="user")
    def watcher(self, watch: Watch) -> str:
        return watch.user.shown_name

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Watches", **(extra_context or {})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """People mostly note what they watch themselves."""
        return {"user": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "user":
            options["queryset"] = User.objects.filter(is_active=True)
        elif db_field.name == "topic":
            options["queryset"] = Topic.objects.filter(is_retired=False)
        return super().formfield_for_foreignkey(db_field, request, **options)
