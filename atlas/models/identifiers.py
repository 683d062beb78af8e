"""Public identifiers: ``AT-P-000123``. Made of the row's key, so they never change and are never reused."""

import re
from typing import ClassVar

from django.db import models


class UnknownIdentifier(ValueError):
    """A text is not one of our public identifiers."""


class PublicIdentifier(models.Model):
    """A row that readers can cite. Subclasses name their letter."""

    LETTER: ClassVar[str]

    class Meta:
        abstract = True

    @property
    def public_id(self) -> str:
        return f"AT-{self.LETTER}-{self.pk:06d}"

    @classmethod
    def key_from(cls, public_id: str) -> int:
        """The row key in ``public_id``; ``AT-P-000123`` → 123.

        Raises:
            UnknownIdentifier: if the text is not an identifier of this kind.
        """
        match = re.fullmatch(rf"AT-{cls.LETTER}-(\d{{6,12}})", public_id.strip().upper())
        if match is None:
            raise UnknownIdentifier(f"{public_id!r} is not an identifier like AT-{cls.LETTER}-000123")
        return int(match[1])
