"""When a page of the desk was opened: a signed stamp that the form posts back, so that nobody makes up how long."""

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from atlas.models import User
from review.models import Edition

_SIGNER = Signer(salt="review.desk.opened")


def stamp(edition: Edition, by: User, posted: str = "") -> str:
    """The stamp of a page that ``by`` opens now; one that comes back with the same text keeps the one it ``posted``."""
    if seconds_since(posted, edition, by) is not None:
        return posted
    return _SIGNER.sign(f"{_subject(edition, by)}@{_now()}")


def seconds_since(posted: str, edition: Edition, by: User) -> int | None:
    """How long ``by`` had this very text of ``edition`` open; None: the stamp is of another page, or none."""
    try:
        subject, _, opened = _SIGNER.unsign(posted).partition("@")
    except BadSignature:
        return None
    return max(0, _now() - int(opened)) if subject == _subject(edition, by) else None


def _subject(edition: Edition, by: User) -> str:
    return f"{edition.pk}.{edition.head_id}.{by.pk}"


def _now() -> int:
    return int(timezone.now().timestamp())
