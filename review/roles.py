"""The roles of the editors' desk, as groups with permissions. Made by migration; ``make_roles`` is idempotent."""

from collections.abc import Iterable
from typing import Any

_LOOK = (
    "review.view_edition",
    "review.view_revision",
    "review.view_finding",
    "review.view_decision",
    "review.view_event",
    "review.view_comment",
    "atlas.view_platform",
    "atlas.view_document",
    "atlas.view_provision",
    "atlas.view_publication",
    "atlas.view_capture",
    "atlas.view_incident",
    "atlas.view_version",
    "atlas.view_change",
    "atlas.view_wording",
    "atlas.view_holddecision",
    "atlas.view_topiccorrection",
    "atlas.view_noiserule",
    "atlas.view_changecluster",
    "atlas.view_clusterdecision",
    "atlas.view_watch",
    "analysis.view_draftjob",
    "analysis.view_draftrun",
)
_EDIT = (
    "review.change_edition",
    "review.request_analysis",
    "review.add_comment",
    "review.view_snippet",
    "review.add_snippet",
    "review.change_snippet",
    "review.delete_snippet",
    "review.view_analysisrequest",
    "review.change_analysisrequest",
    "atlas.add_holddecision",
    "atlas.add_topiccorrection",
    "atlas.add_noiserule",
    "atlas.change_noiserule",
    "atlas.add_changecluster",
    "atlas.add_clusterdecision",
    "atlas.add_watch",
    "atlas.change_watch",
    "atlas.delete_watch",
)
_APPROVE = ("review.approve_edition",)
_SENIOR = ("review.waive_finding", "review.withdraw_publication", "review.assign_edition")
_MANAGE = (
    "review.retract_publication",
    "review.view_metrics",
    "review.view_apitoken",
    "atlas.add_platform",
    "atlas.change_platform",
    "atlas.add_document",
    "atlas.change_document",
    "atlas.view_user",
)
_AUDIT = ("atlas.view_user", "review.view_metrics", "review.view_analysisrequest", "review.view_apitoken")
_ASK = ("review.add_analysisrequest",)

ROLES: dict[str, tuple[str, ...]] = {
    "Reader": _ASK,
    "Viewer": _LOOK,
    "Editor": _LOOK + _EDIT,
    "Reviewer": _LOOK + _EDIT + _APPROVE,
    "Senior reviewer": _LOOK + _EDIT + _APPROVE + _SENIOR,
    "Managing editor": _LOOK + _EDIT + _APPROVE + _SENIOR + _MANAGE,
    "Auditor": _LOOK + _AUDIT,
}


def make_roles(group_model: Any, permission_model: Any) -> None:
    """Give every role its group and its permissions, as far as the migrations that ran so far made them.

    The models come in, so that a migration can call it.
    """
    for name, wanted in ROLES.items():
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.add(*_permissions(permission_model, wanted))


def _permissions(permission_model: Any, names: Iterable[str]) -> list[Any]:
    wanted = {tuple(name.split(".")) for name in names}
    codenames = [codename for _, codename in wanted]
    found = permission_model.objects.filter(codename__in=codenames).select_related("content_type")
    return [permission for permission in found if (permission.content_type.app_label, permission.codename) in wanted]
