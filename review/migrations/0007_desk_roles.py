"""What each role may do at the desk: comment, assign, retract, ask, and see its figures; the group Reader."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from review.roles import make_roles


def add_roles(apps, schema_editor):
    # Django makes permissions after all migrations; the groups need them now.
    for label in ("atlas", "analysis", "review"):
        create_permissions(installed.get_app_config(label), apps=apps, verbosity=0)
    make_roles(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0006_desk_generated"),
    ]

    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]
