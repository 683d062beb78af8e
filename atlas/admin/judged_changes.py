"""What the list of changes shows of judgements, and the action that decides on several changes at once."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from atlas.admin.clusters import ask_together, cluster_url, state_of
from atlas.archive.judgements.clustering import MOST_CHANGES, with_numbers
from atlas.archive.judgements.noise_rules import Rules
from atlas.models import Change, ChangeCluster, ClusterKind, NoiseRule
from atlas.models.provisions import ChangeQuerySet

if TYPE_CHECKING:  # generic for the type checker alone
    Admin = admin.ModelAdmin[Change]
else:
    Admin = object


class JudgedChangeList(ChangeList):
    """A page of changes, each with its clusters and the noise rule that it falls under; in three further queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = self.result_list
        clusters = Prefetch("clusters", with_numbers(ChangeCluster.objects.defer("sections")), to_attr="in_clusters")
        page: Any = rows.select_related("document__platform", "provision", "old_wording", "new_wording")
        self.result_list = list(page.prefetch_related(clusters))
        rules = Rules.in_force()
        for change in self.result_list:
            change.noise_rule = rules.match(change)


class JudgedChanges(Admin):
    """Mixed into the admin of changes."""

    actions = ["decide_together"]

    class Media:
        css = {"all": ["atlas/judgements.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JudgedChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        first, *others = super().get_list_display(request)
        return (first, "judgements", *others)

    @admin.display(description="judgements")
    def judgements(self, change: Any) -> str:
        """Its clusters with what was decided, and the noise rule with its reason."""
        links = [(cluster_url(cluster), cluster_words(cluster)) for cluster in change.in_clusters]
        clusters = format_html_join("", '<a class="judged" href="{}">{}</a>', links)
        return format_html("{}{}", clusters, noise_words(change.noise_rule))

    @admin.action(description="Decide on the selected changes together…", permissions=["decide"])
    def decide_together(self, request: HttpRequest, changes: ChangeQuerySet) -> HttpResponse | None:
        if (count := changes.count()) > MOST_CHANGES:
            too_many = f"{count:,} changes are too many for one decision; select at most {MOST_CHANGES:,}."
            self.message_user(request, too_many, messages.ERROR)
            return None
        return ask_together(request, changes)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["atlas.add_changecluster", "atlas.add_clusterdecision"])


def cluster_words(cluster: Any) -> str:
    """Short enough for a column. Of a cluster with its numbers."""
    what = "Rewrite" if cluster.kind == ClusterKind.REWRITE else Truncator(cluster.title).chars(60)
    return f"{what}: {state_of(cluster).lower()}"


def noise_words(rule: NoiseRule | None) -> str:
    """The rule and its reason, with a link; empty without one."""
    if rule is None:
        return ""
    address = reverse("admin:atlas_noiserule_change", args=[rule.pk])
    return format_html(
        '<span class="judged"><a href="{}">Noise: “{}”</a>. {}</span>', address, rule.phrase, rule.reason
    )
