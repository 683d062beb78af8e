"""What the admin's first page says about the queue."""

from django import template

from atlas.archive.judgements.clustering import waiting
from atlas.archive.judgements.waiting_captures import waiting_for_a_decision
from atlas.models import User
from review import queue

register = template.Library()


@register.simple_tag
def queue_tabs(user: User) -> list[tuple[queue.Tab, int]]:
    """Every tab with its count, for people who may see the queue. One query."""
    if not user.has_perm("review.view_edition"):
        return []
    counted = queue.counts(user)
    return [(tab, counted[tab.key]) for tab in queue.TABS]


@register.simple_tag
def waiting_clusters(user: User) -> int:
    """How many clusters of changes wait for a decision, for people who may see them. One query."""
    return waiting().count() if user.has_perm("atlas.view_changecluster") else 0


@register.simple_tag
def held_captures(user: User) -> int:
    """How many held captures wait for a decision, for people who may see them. One query."""
    return waiting_for_a_decision().count() if user.has_perm("atlas.view_capture") else 0
