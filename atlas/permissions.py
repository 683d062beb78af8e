"""What a person may do, read once a request: their own permissions and those of their groups in one query, not two."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Model


class OneQueryBackend(ModelBackend):
    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or user_obj.is_superuser or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            names = ("content_type__app_label", "codename")
            own, of_groups = (
                Permission.objects.filter(**{who: user_obj}).order_by().values_list(*names)
                for who in ("user", "group__user")
            )
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in own.union(of_groups)}
        permissions: set[str] = user_obj._perm_cache
        return permissions
