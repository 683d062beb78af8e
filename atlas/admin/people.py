"""Who uses the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from atlas.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Django's, with the name and role under which a person's approvals are published."""

    list_display = ("username", "public_name", "public_role", "is_staff", "is_active")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("In public", {"fields": ("public_name", "public_role")}))
