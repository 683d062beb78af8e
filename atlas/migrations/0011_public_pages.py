"""What readers' pages ask again and again: texts cut anew, what happened last, corrections, changes by document."""

from django.db import migrations, models
from django.db.models import Q

# Of a text that a rebuild divided otherwise: does it still stand, in the pieces that the later splitter made of it?
# A function keeps its plan for the session; as a subquery of each list it took longer to plan than to answer.

FUNCTION = """
CREATE FUNCTION atlas_stands_cut_anew(of_version bigint, of_wording bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 AS $$
DECLARE
    latest smallint := (SELECT max(splitter) FROM atlas_placement WHERE version_id = of_version);
BEGIN
    RETURN EXISTS (
        SELECT FROM atlas_placement placed
        WHERE placed.version_id = of_version AND placed.wording_id = of_wording AND placed.splitter < latest AND (
            SELECT bool_and(provision.removed_at IS NULL AND now.folded_sha256 IS NOT DISTINCT FROM cut.folded_sha256)
            FROM atlas_placement piece
            JOIN atlas_wording cut ON cut.id = piece.wording_id
            JOIN atlas_provision provision ON provision.id = cut.provision_id
            LEFT JOIN atlas_wording now ON now.id = provision.current_wording_id
            WHERE piece.version_id = of_version AND piece.splitter = latest
                AND piece.start < placed."end" AND piece."end" > placed.start
        )
    );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("atlas", "0010_public_indexes")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION atlas_stands_cut_anew(bigint, bigint)"),
        migrations.AddIndex(
            "publication",
            models.Index(
                fields=["id"],
                condition=Q(superseded_at=None, withdrawn_at=None, retracted_at=None),
                include=["provision"],
                name="publication_live",
            ),
        ),
        *(
            migrations.AddIndex(
                "publication",
                models.Index(fields=[end], condition=Q(**{f"{end}__isnull": False}), name=f"publication_{end}"),
            )
            for end in ("superseded_at", "withdrawn_at", "retracted_at")
        ),
        migrations.AddIndex(
            "publication",
            models.Index(
                fields=["published_at"],
                condition=~Q(public_note="") | Q(withdrawn_at__isnull=False) | Q(retracted_at__isnull=False),
                name="publication_in_register",
            ),
        ),
        migrations.AddIndex(
            "change",
            models.Index(
                fields=["document"],
                condition=Q(significance="substantive", is_return=False),
                name="change_announced_document",
            ),
        ),
    ]
