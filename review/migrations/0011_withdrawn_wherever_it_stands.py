"""An analysis that was published again is withdrawn with all publications of its words: as 0008, but for that."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("review.migrations.0008_desk_guards").PUBLICATION_ENDS
_ENDS = "CREATE FUNCTION review_publication_ends()"
_FUNCTION = BEFORE[BEFORE.index(_ENDS) : BEFORE.index("CREATE CONSTRAINT TRIGGER review_publication_ends")]
_ONLY_LIVE = "was_live AND review_is_decided_now(NEW, 'withdraw', NEW.withdrawal_note)"
_SAME_WORDS = """(was_live OR EXISTS (
            SELECT FROM atlas_publication again WHERE again.revision_id = NEW.revision_id AND again.id > NEW.id
                AND again.withdrawn_at = NEW.withdrawn_at
        )) AND review_is_decided_now(NEW, 'withdraw', NEW.withdrawal_note)"""


def replaced(function: str) -> str:
    return function.replace(_ENDS, _ENDS.replace("CREATE", "CREATE OR REPLACE"), 1)


assert _ONLY_LIVE in _FUNCTION


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0010_filters_at_scale"),
    ]

    operations = [
        migrations.RunSQL(replaced(_FUNCTION.replace(_ONLY_LIVE, _SAME_WORDS)), replaced(_FUNCTION)),
    ]
