"""The archive's record is insert-only, held by PostgreSQL."""

from django.db import migrations

from atlas.guards import FUNCTION, FUNCTION_REVERSE, insert_only_reverse_sql, insert_only_sql

TABLES = {
    "atlas_snapshot": (),
    "atlas_capture": (),
    "atlas_version": (),
    "atlas_wording": (),
    "atlas_placement": (),
    "atlas_change": (),
    "atlas_publication": ("superseded_at", "withdrawn_at", "retracted_at", "withdrawal_note", "retraction_note"),
    "atlas_publication_cited": (),
    "atlas_approval": (),
    "atlas_attributevalue": (),
}


class Migration(migrations.Migration):
    dependencies = [("atlas", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, FUNCTION_REVERSE),
        *(
            migrations.RunSQL(insert_only_sql(table, movable), insert_only_reverse_sql(table))
            for table, movable in TABLES.items()
        ),
    ]
