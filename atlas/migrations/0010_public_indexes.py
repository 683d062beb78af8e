"""Indexes for readers' lists: the latest captures, and the analyses on a topic."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("atlas", "0009_search")]

    operations = [
        migrations.AddIndex("capture", models.Index(fields=["-captured_at"], name="capture_by_date")),
        migrations.AddIndex("publication", GinIndex(fields=["topics"], name="publication_topics", fastupdate=False)),
    ]
