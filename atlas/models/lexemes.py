"""The words of each text as PostgreSQL's full-text search compares them. Written by triggers, and by nothing else."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from atlas.models.provisions import Wording
from atlas.models.publications import Publication


class WordingLexemes(models.Model):
    """Of a wording: its headings (weight A) and its text (D). Apart, so that no page that lists wordings reads it.

    ``in_force``: it is the current wording of a provision that was not removed. Texts in force are few among all
    wordings, and most searches are for them: they have an index of their own.
    """

    wording = models.OneToOneField(Wording, on_delete=models.PROTECT, primary_key=True, related_name="lexemes")
    vector = SearchVectorField()
    in_force = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="wording_words", fastupdate=False),
            GinIndex(fields=["vector"], name="wording_words_in_force", fastupdate=False, condition=Q(in_force=True)),
            models.Index(fields=["wording"], name="wording_in_force", condition=Q(in_force=True)),
            models.Index(fields=["wording"], name="wording_earlier", condition=Q(in_force=False)),
        ]

    def __str__(self) -> str:
        return f"Lexemes of {self.wording}"


class PublicationLexemes(models.Model):
    """Of a publication: its title (A) and its parts (D)."""

    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, primary_key=True, related_name="lexemes")
    vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="publication_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Lexemes of {self.publication}"
