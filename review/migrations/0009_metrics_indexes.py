"""So that the desk's figures, and what is due, are read from the days asked for and not from the whole record."""

from django.db import migrations, models

# On tables of the lower floors, for the editors' figures alone: there the models know nothing of them.
LOWER = {
    "review_publication_published": "atlas_publication (published_at)",
    "review_publication_ended": "atlas_publication (least(superseded_at, withdrawn_at, retracted_at))"
    " WHERE least(superseded_at, withdrawn_at, retracted_at) IS NOT NULL",
    "review_run_created": "analysis_draftrun (created_at)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0008_desk_guards"),
    ]

    operations = [
        migrations.AddIndex("edition", models.Index(fields=["opened_at"], name="edition_opened")),
        migrations.AddIndex(
            "edition", models.Index(condition=models.Q(state="approved"), fields=["publish_at"], name="edition_due")
        ),
        migrations.AddIndex("revision", models.Index(fields=["created_at"], name="revision_created")),
        migrations.AddIndex("decision", models.Index(fields=["at", "kind"], name="decision_at")),
        migrations.AddIndex("event", models.Index(fields=["action", "at"], name="event_action_at")),
        *(migrations.RunSQL(f"CREATE INDEX {name} ON {where}", f"DROP INDEX {name}") for name, where in LOWER.items()),
    ]
