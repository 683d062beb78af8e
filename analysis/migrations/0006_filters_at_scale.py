"""So that the reason and the model of tens of thousands of drafts are read from indexes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0005_lists_at_scale"),
    ]

    operations = [
        migrations.AddIndex("draftjob", models.Index(fields=["id"], include=("reason",), name="job_causes")),
        migrations.AddIndex(
            "draftrun", models.Index(fields=["id"], include=("job", "model_requested"), name="run_origins")
        ),
    ]
