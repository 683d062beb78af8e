"""What PostgreSQL holds itself, so that neither a shell nor a forgotten call site can break it.

Revisions, findings, decisions and events are insert-only. Events are chained by hash, edition by edition. An edition
moves only along the table of ``review/states.py``, under a rising lock version, with its event in the same
transaction. A publication equals, column by column, a revision that enough eligible people approved; so do the names,
coded facts and citations that stand beside it.
"""

from django.db import migrations

from atlas.guards import insert_only_reverse_sql, insert_only_sql

# The text columns of AnalysisText: a publication's must equal its revision's.
COLUMNS = (
    "title",
    "summary",
    "why_it_matters",
    "practical_effect",
    "interpretive_note",
    "change_summary",
    "regulatory_landscape",
    "governance_exposure",
    "jurisdiction_flags",
    "contract_implications",
    "compliance_considerations",
    "exposure_level",
    "topics",
    "attributes",
    "no_material_change",
    "content_sha256",
)

TEXTS = COLUMNS[:11]
PARTICULARS = {
    "atlas_approval": "review_approval_was_given",
    "atlas_attributevalue": "review_attribute_was_approved",
    "atlas_publication_cited": "review_citation_was_approved",
}

# jsonb_build_array, not concat_ws: the latter drops NULLs and makes rows ambiguous. The date is written out in UTC,
# because a timestamp's text depends on the session's time zone.
EVENT_CHAIN = """
CREATE FUNCTION review_event_hash(e review_event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        e.previous_hash, e.edition_ref, e.sequence, e.action, e.from_state, e.to_state, e.actor_ref, e.actor,
        e.revision_ref, e.data, e.transaction, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
    )::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION review_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last review_event;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('review_event'), (NEW.edition_ref % 2147483647)::int);
    SELECT * INTO last FROM review_event WHERE edition_ref = NEW.edition_ref ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := coalesce(last.sequence, 0) + 1;
    NEW.previous_hash := coalesce(last.row_hash, '');
    NEW.transaction := pg_current_xact_id()::text;
    NEW.at := clock_timestamp();
    NEW.row_hash := review_event_hash(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER review_event_chain BEFORE INSERT ON review_event
    FOR EACH ROW EXECUTE FUNCTION review_event_chain();
ALTER TABLE review_event ENABLE ALWAYS TRIGGER review_event_chain;
"""

EDITION_MOVES = """
CREATE FUNCTION review_edition_step_is_allowed(source text, target text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (source, target) IN (
        ('', 'in_review'), ('', 'discarded'),
        ('in_review', 'changes_requested'), ('in_review', 'approved'), ('in_review', 'discarded'),
        ('changes_requested', 'in_review'), ('changes_requested', 'discarded'),
        ('approved', 'in_review'), ('approved', 'published'), ('approved', 'discarded')
    )
$$;

CREATE FUNCTION review_edition_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An edition is never deleted; discard it.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.provision_id, NEW.wording_id, NEW.kind) IS DISTINCT FROM (OLD.provision_id, OLD.wording_id, OLD.kind) THEN
        RAISE EXCEPTION 'The provision, wording and kind of edition % never change.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT review_edition_step_is_allowed(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'Edition % cannot go from % to %.', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.lock_version < OLD.lock_version OR NEW.round < OLD.round OR NEW.round > OLD.round + 1 THEN
        RAISE EXCEPTION 'The lock version and the round of edition % only rise.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.lock_version = OLD.lock_version AND (
        (NEW.state, NEW.round, NEW.approved_revision_id, NEW.public_note)
            IS DISTINCT FROM (OLD.state, OLD.round, OLD.approved_revision_id, OLD.public_note)
        OR (OLD.head_id IS NOT NULL AND NEW.head_id IS DISTINCT FROM OLD.head_id)
    ) THEN
        RAISE EXCEPTION 'Edition % moved without a new lock version.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_edition_moves BEFORE UPDATE OR DELETE ON review_edition
    FOR EACH ROW EXECUTE FUNCTION review_edition_moves();
ALTER TABLE review_edition ENABLE ALWAYS TRIGGER review_edition_moves;

-- Django's test runner empties tables with TRUNCATE: as in atlas/guards.py.
CREATE TRIGGER review_edition_no_truncate BEFORE TRUNCATE ON review_edition
    FOR EACH STATEMENT WHEN (current_database() NOT LIKE 'test\\_%')
    EXECUTE FUNCTION atlas_insert_only();
ALTER TABLE review_edition ENABLE ALWAYS TRIGGER review_edition_no_truncate;

CREATE FUNCTION review_edition_has_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        source := OLD.state;
    ELSIF NOT review_edition_step_is_allowed('', NEW.state) THEN
        RAISE EXCEPTION 'Edition % cannot begin as %.', NEW.id, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF source <> NEW.state AND NOT EXISTS (
        SELECT FROM review_event
        WHERE edition_ref = NEW.id AND from_state = source AND to_state = NEW.state
            AND transaction = pg_current_xact_id()::text
    ) THEN
        RAISE EXCEPTION 'Edition % went from "%" to "%" without its event.', NEW.id, source, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'published' AND NOT EXISTS (
        SELECT FROM atlas_publication WHERE revision_id = NEW.approved_revision_id
    ) THEN
        RAISE EXCEPTION 'Edition % is published without its publication.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER review_edition_has_event AFTER INSERT OR UPDATE ON review_edition
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION review_edition_has_event();
ALTER TABLE review_edition ENABLE ALWAYS TRIGGER review_edition_has_event;
"""

# At once, not at commit: the lock keeps the wording in force until then.
PUBLICATION_IS_CURRENT = """
CREATE FUNCTION review_publication_is_current() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM atlas_provision WHERE id = NEW.provision_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT FROM atlas_provision p JOIN atlas_wording now ON now.id = p.current_wording_id
            JOIN atlas_wording read ON read.id = NEW.wording_id
        WHERE p.id = NEW.provision_id AND p.removed_at IS NULL AND now.folded_sha256 = read.folded_sha256
    ) THEN
        RAISE EXCEPTION 'A publication of provision % was not read against the wording in force.', NEW.provision_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_publication_is_current BEFORE INSERT ON atlas_publication
    FOR EACH ROW EXECUTE FUNCTION review_publication_is_current();
ALTER TABLE atlas_publication ENABLE ALWAYS TRIGGER review_publication_is_current;
"""

# Those who wrote a part of a revision or had it drafted: people build on the revision before, drafts start anew.
ORIGINS = """
CREATE FUNCTION review_origins(head bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE origin AS (
        SELECT r.* FROM review_revision r WHERE r.id = head
        UNION ALL
        SELECT r.* FROM review_revision r JOIN origin ON r.id = origin.parent_id WHERE origin.author_kind = 'person'
    )
    SELECT unnest(ARRAY[author_id, instructed_by_id]) FROM origin
$$;
"""

# The person's name stands in the decision; whether that person really clicked is what the database cannot know.
PUBLICATION_IS_APPROVED = f"""
CREATE FUNCTION review_publication_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    revision review_revision;
    edition review_edition;
    approvals int;
    required int := 1;
BEGIN
    SELECT * INTO revision FROM review_revision WHERE id = NEW.revision_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Publication % names no revision that exists.', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF ({", ".join(f"NEW.{c}" for c in COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"revision.{c}" for c in COLUMNS)}) THEN
        RAISE EXCEPTION 'Publication % differs from the approved revision %.', NEW.id, revision.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO edition FROM review_edition WHERE id = revision.edition_id;
    IF (edition.state, edition.approved_revision_id, edition.provision_id, edition.wording_id, edition.public_note)
        IS DISTINCT FROM ('published', revision.id, NEW.provision_id, NEW.wording_id, NEW.public_note) THEN
        RAISE EXCEPTION 'Publication % does not fit its edition %.', NEW.id, edition.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM review_finding WHERE revision_id = revision.id) THEN
        RAISE EXCEPTION 'Publication % has a revision that was never checked.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM review_finding f WHERE f.revision_id = revision.id AND f.severity = 'blocker' AND NOT EXISTS (
            SELECT FROM review_decision d WHERE d.finding_id = f.id AND d.kind = 'waive')
    ) THEN
        RAISE EXCEPTION 'Publication % has a blocking finding without a waiver.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT NEW.solo_review AND (
        revision.exposure_level = 'high' OR edition.kind = 'correction' OR EXISTS (
            SELECT FROM review_decision WHERE revision_id = revision.id AND kind = 'waive')
    ) THEN
        required := 2;
    END IF;
    SELECT count(DISTINCT d.by_id) INTO approvals FROM review_decision d
    WHERE d.kind = 'approve' AND d.edition_id = edition.id AND d.revision_id = revision.id
        AND d.round = edition.round AND d.wording_id = edition.wording_id
        AND d.content_sha256 = revision.content_sha256
        AND (NEW.solo_review AND d.is_self_approval OR (
            NOT d.is_self_approval AND NOT EXISTS (
                SELECT FROM review_origins(revision.id) person WHERE person = d.by_id)));
    IF approvals < required THEN
        RAISE EXCEPTION 'Publication % needs % eligible approvals and has %.', NEW.id, required, approvals
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER review_publication_is_approved AFTER INSERT ON atlas_publication
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION review_publication_is_approved();
ALTER TABLE atlas_publication ENABLE ALWAYS TRIGGER review_publication_is_approved;
"""

# What readers see beside the text was part of what was approved, whenever its row is written.
PARTICULARS_ARE_APPROVED = f"""
CREATE FUNCTION review_approval_was_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM review_decision d JOIN atlas_publication p ON p.revision_id = d.revision_id
        WHERE p.id = NEW.publication_id AND d.kind = 'approve' AND d.at = NEW.approved_at
    ) THEN
        RAISE EXCEPTION '% did not approve publication %.', NEW.name, NEW.publication_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION review_attribute_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM atlas_publication p WHERE p.id = NEW.publication_id AND p.attributes @> jsonb_build_array(
            jsonb_build_object('attribute', NEW.attribute_id, 'value', NEW.value, 'quote', NEW.quote))
    ) THEN
        RAISE EXCEPTION 'The value of % was not approved with publication %.', NEW.attribute_id, NEW.publication_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION review_citation_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM atlas_publication p WHERE p.id = NEW.publication_id
            AND strpos(concat_ws(' ', {", ".join(f"p.{c}" for c in TEXTS)}), '[@' || NEW.obligation_id || ']') > 0
    ) THEN
        RAISE EXCEPTION 'Publication % does not cite %.', NEW.publication_id, NEW.obligation_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE CONSTRAINT TRIGGER {function} AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {function};
"""
    for table, function in PARTICULARS.items()
)
REVERSE_PARTICULARS = "".join(f"DROP FUNCTION {function}() CASCADE;" for function in PARTICULARS.values())

INSERT_ONLY = ("review_revision", "review_finding", "review_decision", "review_event")

REVERSE_EDITION_MOVES = """
DROP TRIGGER review_edition_no_truncate ON review_edition;
DROP FUNCTION review_edition_has_event() CASCADE;
DROP FUNCTION review_edition_moves() CASCADE;
DROP FUNCTION review_edition_step_is_allowed(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("atlas", "0002_guards")]

    operations = [
        *(migrations.RunSQL(insert_only_sql(table), insert_only_reverse_sql(table)) for table in INSERT_ONLY),
        migrations.RunSQL(
            EVENT_CHAIN,
            "DROP FUNCTION review_event_chain() CASCADE; DROP FUNCTION review_event_hash(review_event);",
        ),
        migrations.RunSQL(EDITION_MOVES, REVERSE_EDITION_MOVES),
        migrations.RunSQL(PUBLICATION_IS_CURRENT, "DROP FUNCTION review_publication_is_current() CASCADE;"),
        migrations.RunSQL(ORIGINS, "DROP FUNCTION review_origins(bigint);"),
        migrations.RunSQL(PUBLICATION_IS_APPROVED, "DROP FUNCTION review_publication_is_approved() CASCADE;"),
        migrations.RunSQL(PARTICULARS_ARE_APPROVED, REVERSE_PARTICULARS),
    ]
