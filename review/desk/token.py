"""What a page of the desk showed when it was opened; every form and button posts it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.errors import NotAllowed
from review.models import Edition


@dataclass(frozen=True)
class Token:
    """What the page showed when it was opened; every button posts it back."""

    lock_version: int
    revision_id: int
    content_sha256: str
    wording_id: int

    @classmethod
    def shown(cls, edition: Edition) -> "Token":
        assert edition.head is not None
        return cls(edition.lock_version, edition.head.pk, edition.head.content_sha256, edition.wording_id)

    @classmethod
    def posted(cls, post: Mapping[str, Any]) -> "Token":
        """Raises NotAllowed if the form was cut short."""
        try:
            numbers = [int(post[name]) for name in ("lock_version", "revision_id", "wording_id")]
            return cls(numbers[0], numbers[1], post["content_sha256"], numbers[2])
        except (KeyError, ValueError):
            raise NotAllowed("This form did not arrive whole. Open the edition again.") from None


def as_key(text: str) -> int:
    """The row key in ``text``; 0, which no row has, if it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
