"""What the tests of recording and of rebuilding look at: three texts of one document, and its versions joined again."""

from collections.abc import Callable

from atlas.archive.provisions.splitting import SPLITTER
from atlas.models import Capture, Version
from tests.atlas.texts import document

See = Callable[..., Capture]

A = document()
B = document(
    Retention="We keep your Content for 400 days after you delete it, and for longer where the law asks us to."
)
C = document(Retention=None)


def joined(version: Version, splitter: int = SPLITTER) -> str:
    """The text of a version as the pieces of one splitter give it back."""
    placements = version.placements.filter(splitter=splitter).select_related("wording").order_by("ordinal")
    return version.text[: placements[0].start] + "".join(row.wording.text + row.separator for row in placements)
