"""Full-text search. Triggers keep the lexemes: an import, a restore or a shell cannot forget them."""

import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q

# PostgreSQL refuses a vector of more than 1 MB. Provisions are far shorter; of a longer text its beginning counts.
FUNCTIONS = """
CREATE FUNCTION atlas_wording_vector(headings text[], words text) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('english', left(array_to_string(headings, ' '), 5000)), 'A')
        || setweight(to_tsvector('english', left(words, 200000)), 'D')
$$;
CREATE FUNCTION atlas_publication_vector(published atlas_publication) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('english', published.title), 'A')
        || setweight(to_tsvector('english', left(concat_ws(' ', published.summary, published.why_it_matters,
            published.practical_effect, published.interpretive_note, published.change_summary,
            published.regulatory_landscape, published.governance_exposure, published.jurisdiction_flags,
            published.contract_implications, published.compliance_considerations), 200000)), 'D')
$$;
CREATE FUNCTION atlas_keep_wording_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO atlas_wordinglexemes (wording_id, vector)
        VALUES (NEW.id, atlas_wording_vector(NEW.heading_path, NEW.text));
    RETURN NULL;
END $$;
CREATE FUNCTION atlas_keep_publication_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO atlas_publicationlexemes (publication_id, vector) VALUES (NEW.id, atlas_publication_vector(NEW));
    RETURN NULL;
END $$;
CREATE FUNCTION atlas_keep_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.current_wording_id IS DISTINCT FROM NEW.current_wording_id THEN
        UPDATE atlas_wordinglexemes SET in_force = false WHERE wording_id = OLD.current_wording_id AND in_force;
    END IF;
    UPDATE atlas_wordinglexemes SET in_force = NEW.removed_at IS NULL
        WHERE wording_id = NEW.current_wording_id AND in_force <> (NEW.removed_at IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER atlas_provision_in_force AFTER INSERT OR UPDATE OF current_wording_id, removed_at ON atlas_provision
    FOR EACH ROW EXECUTE FUNCTION atlas_keep_in_force();
CREATE TRIGGER atlas_wording_lexemes AFTER INSERT ON atlas_wording
    FOR EACH ROW EXECUTE FUNCTION atlas_keep_wording_lexemes();
CREATE TRIGGER atlas_publication_lexemes AFTER INSERT ON atlas_publication
    FOR EACH ROW EXECUTE FUNCTION atlas_keep_publication_lexemes();
"""
FUNCTIONS_REVERSE = """
DROP TRIGGER atlas_publication_lexemes ON atlas_publication;
DROP TRIGGER atlas_wording_lexemes ON atlas_wording;
DROP TRIGGER atlas_provision_in_force ON atlas_provision;
DROP FUNCTION atlas_keep_in_force();
DROP FUNCTION atlas_keep_publication_lexemes();
DROP FUNCTION atlas_keep_wording_lexemes();
DROP FUNCTION atlas_publication_vector(atlas_publication);
DROP FUNCTION atlas_wording_vector(text[], text);
"""
FILL = """
INSERT INTO atlas_wordinglexemes (wording_id, vector, in_force)
    SELECT w.id, atlas_wording_vector(w.heading_path, w.text), p.id IS NOT NULL
        FROM atlas_wording w
        LEFT JOIN atlas_provision p ON p.current_wording_id = w.id AND p.removed_at IS NULL;
INSERT INTO atlas_publicationlexemes (publication_id, vector)
    SELECT p.id, atlas_publication_vector(p) FROM atlas_publication p;
"""


def lexemes(name: str, of: str, *more: tuple[str, models.Field]) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=f"{name}Lexemes",
        fields=[
            (
                of,
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="lexemes",
                    serialize=False,
                    to=f"atlas.{of}",
                ),
            ),
            ("vector", django.contrib.postgres.search.SearchVectorField()),
            *more,
        ],
    )


def index(name: str, called: str, **condition: bool) -> migrations.AddIndex:
    return migrations.AddIndex(
        f"{name}lexemes",
        GinIndex(fields=["vector"], name=called, fastupdate=False, condition=Q(**condition) if condition else None),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("atlas", "0008_lists_at_scale"),
    ]

    operations = [
        lexemes("Wording", "wording", ("in_force", models.BooleanField(default=False, db_default=False))),
        lexemes("Publication", "publication"),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_REVERSE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        index("wording", "wording_words"),
        index("wording", "wording_words_in_force", in_force=True),
        migrations.AddIndex(
            "wordinglexemes", models.Index(fields=["wording"], name="wording_in_force", condition=Q(in_force=True))
        ),
        migrations.AddIndex(
            "wordinglexemes", models.Index(fields=["wording"], name="wording_earlier", condition=Q(in_force=False))
        ),
        index("publication", "publication_words"),
    ]
