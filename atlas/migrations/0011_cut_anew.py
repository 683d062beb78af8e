"""Whether a text stands in pieces that a later splitter made of it: asked for every row of every list of analyses.

A function keeps its plan for the session. As a subquery of each list it took PostgreSQL longer to plan than to answer.
"""

from django.db import migrations

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
    ]
