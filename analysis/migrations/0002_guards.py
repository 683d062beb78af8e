"""Draft runs are insert-only: PostgreSQL itself refuses to alter what a drafter got and gave."""

from django.db import migrations

from atlas.guards import insert_only_reverse_sql, insert_only_sql


class Migration(migrations.Migration):
    dependencies = [("analysis", "0001_initial"), ("atlas", "0002_guards")]

    operations = [
        migrations.RunSQL(insert_only_sql("analysis_draftrun"), insert_only_reverse_sql("analysis_draftrun")),
    ]
