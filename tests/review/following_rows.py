"""Texts and verbs for the tests of what follows from a change of a provision."""

from atlas.archive.verifying.verifying import verify
from atlas.models import Provision
from review import actions
from review.models import Edition
from review.verifying import CHECKS
from tests.factories import TRAINING_TEXT
from tests.review.factories import approve_for_later, check_constraints, make_editor, send_back, shown

OTHER_TYPOGRAPHY = TRAINING_TEXT.replace(". ", ".\n")
MINE = {"practical_effect": "Nobody reads the settings before the next training run."}
OPEN = {"in review": lambda edition: edition, "sent back": send_back, "approved for later": approve_for_later}


def revise(edition: Edition, by: object = None, **content: str) -> Edition:
    """``edition`` with other words of somebody's; an editor's, if nobody is named."""
    by = by or make_editor("Editor")
    actions.revise(edition, content or MINE, by=by, lock_version=shown(edition)["lock_version"])  # type: ignore[arg-type]
    return reread(edition)


def reread(edition: Edition) -> Edition:
    """``edition`` as the database has it now, with its provision."""
    return Edition.objects.select_related("head", "provision__current_wording", "wording").get(pk=edition.pk)


def the_open_edition(provision: Provision) -> Edition:
    """The one edition about ``provision`` that is not closed."""
    return Edition.objects.open().select_related("head", "carried_from").get(provision=provision)


def is_whole() -> bool:
    """Whether COMMIT would take what is written, and the record holds together."""
    check_constraints()
    return verify(checks=CHECKS).broken == []
