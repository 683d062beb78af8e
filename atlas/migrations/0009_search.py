"""Full-text search. Triggers keep the lexemes: an import, a restore or a shell cannot forget them."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

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
CREATE TRIGGER atlas_wording_lexemes AFTER INSERT ON atlas_wording
    FOR EACH ROW EXECUTE FUNCTION atlas_keep_wording_lexemes();
CREATE TRIGGER atlas_publication_lexemes AFTER INSERT ON atlas_publication
    FOR EACH ROW EXECUTE FUNCTION atlas_keep_publication_lexemes();
"""
FUNCTIONS_REVERSE = """
DROP TRIGGER atlas_publication_lexemes ON atlas_publication;
DROP TRIGGER atlas_wording_lexemes ON atlas_wording;
DROP FUNCTION atlas_keep_publication_lexemes();
DROP FUNCTION atlas_keep_wording_lexemes();
DROP FUNCTION atlas_publication_vector(atlas_publication);
DROP FUNCTION atlas_wording_vector(text[], text);
"""
FILL = """
INSERT INTO atlas_wordinglexemes (wording_id, vector)
    SELECT id, atlas_wording_vector(heading_path, text) FROM atlas_wording;
INSERT INTO atlas_publicationlexemes (publication_id, vector)
    SELECT p.id, atlas_publication_vector(p) FROM atlas_publication p;
"""


def lexemes(name: str, of: str) -> migrations.CreateModel:
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
        ],
    )


def index(name: str, called: str) -> migrations.AddIndex:
    return migrations.AddIndex(
        f"{name}lexemes",
        django.contrib.postgres.indexes.GinIndex(fields=["vector"], name=called, fastupdate=False),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("atlas", "0008_lists_at_scale"),
    ]

    operations = [
        lexemes("Wording", "wording"),
        lexemes("Publication", "publication"),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_REVERSE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        index("wording", "wording_words"),
        index("publication", "publication_words"),
    ]
