"""So that the queue's filters look tens of thousands of revisions up in indexes, and not in their long rows."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0009_metrics_indexes"),
        ("analysis", "0006_filters_at_scale"),
    ]

    operations = [
        migrations.AddIndex(
            "decision",
            models.Index(fields=["revision", "round"], condition=Q(kind="approve"), name="decision_approvals"),
        ),
        migrations.AddIndex(
            "revision",
            models.Index(
                fields=["id"], include=("exposure_level", "author_kind", "draft_run"), name="revision_of_queue"
            ),
        ),
        migrations.AddIndex(
            "revision",
            models.Index(fields=["edition"], include=("draft_run",), condition=Q(number=1), name="revision_first"),
        ),
    ]
