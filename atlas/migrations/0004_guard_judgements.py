"""Judgements are insert-only like the record; a version's fingerprint, which older rows lack, may be set once."""

from django.db import migrations

from atlas.guards import insert_only_reverse_sql, insert_only_sql

TABLES = {
    "atlas_stateddate": (),
    "atlas_holddecision": (),
    "atlas_topiccorrection": (),
    "atlas_noiserule": ("ended_at",),
    "atlas_changecluster": (),
    "atlas_changecluster_changes": (),
    "atlas_clusterdecision": (),
}


class Migration(migrations.Migration):
    dependencies = [("atlas", "0003_judgements_and_dates")]

    operations = [
        *(
            migrations.RunSQL(insert_only_sql(table, movable), insert_only_reverse_sql(table))
            for table, movable in TABLES.items()
        ),
        migrations.RunSQL(
            [insert_only_reverse_sql("atlas_version"), insert_only_sql("atlas_version", ("fingerprint_sha256",))],
            [insert_only_reverse_sql("atlas_version"), insert_only_sql("atlas_version")],
        ),
    ]
