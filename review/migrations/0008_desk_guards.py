"""What PostgreSQL holds of the whole desk, on top of ``0002_guards``.

Comments are insert-only but for their resolving, requests but for their ruling. A decision is bound when it is written:
to the text, the wording and the round of its edition. A text that was carried over is its parent's, word by word. Two
people stay needed once they were. A publication begins and ends with its event, and the same approved text is published
again only when its provision reads so again.
"""

from importlib import import_module

from django.db import migrations

from atlas.guards import insert_only_reverse_sql, insert_only_sql

first = import_module("review.migrations.0002_guards")
COLUMNS = first.COLUMNS

INSERT_ONLY = {
    "review_comment": ("resolved_at", "resolved_by_id"),
    "review_analysisrequest": ("ruling", "answer", "decided_by_id", "decided_at", "job_id"),
}


def always(table: str, trigger: str) -> str:
    return f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};"


def replaced(sql: str) -> str:
    """The function of an earlier migration's ``sql``, to put back in place of a later one."""
    function = sql.partition("CREATE TRIGGER")[0].partition("CREATE CONSTRAINT TRIGGER")[0]
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


# People build on the revision before, also where their text was carried into a later edition. Drafts start anew, but
# for those of some parts only (the others stay as people wrote them) and those whose drafter was given the text: it may
# have taken sentences over.
ORIGINS = """
CREATE FUNCTION review_line(head bigint)
RETURNS TABLE (id bigint, author_id bigint, instructed_by_id bigint) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line AS (
        SELECT r.id, r.parent_id, r.author_kind, r.draft_run_id, r.author_id, r.instructed_by_id
        FROM review_revision r WHERE r.id = head
        UNION ALL
        SELECT r.id, r.parent_id, r.author_kind, r.draft_run_id, r.author_id, r.instructed_by_id
        FROM review_revision r JOIN line ON r.id = line.parent_id
        WHERE line.author_kind IN ('person', 'carried') OR EXISTS (
            SELECT FROM analysis_draftrun run JOIN analysis_draftjob job ON job.id = run.job_id
            WHERE run.id = line.draft_run_id AND (cardinality(job.parts) > 0 OR job.earlier IS NOT NULL))
    )
    SELECT line.id, line.author_id, line.instructed_by_id FROM line
$$;

-- A correction's public note is published too, and no revision says who wrote it: the events do.
CREATE FUNCTION review_note_writers(head bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT DISTINCT e.actor_ref FROM review_event e
    WHERE e.action = 'revise' AND e.data ->> 'new_note' = 'true' AND e.actor_ref IS NOT NULL AND e.edition_ref IN (
        SELECT r.edition_id FROM review_line(head) line JOIN review_revision r ON r.id = line.id)
$$;

CREATE OR REPLACE FUNCTION review_origins(head bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT unnest(ARRAY[author_id, instructed_by_id]) FROM review_line(head)
    UNION ALL SELECT review_note_writers(head)
$$;
"""
REVERSE_ORIGINS = (
    f"{replaced(first.ORIGINS)} DROP FUNCTION review_note_writers(bigint); DROP FUNCTION review_line(bigint);"
)

# Why two people have to approve. From rows that are only ever added: it may become true, and never stops being so.
REASONS_FOR_TWO = """
CREATE FUNCTION review_reasons_for_two(edition bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE past AS (
        SELECT edition AS id
        UNION
        SELECT parent.edition_id FROM past
            JOIN review_revision r ON r.edition_id = past.id AND r.author_kind = 'carried'
            JOIN review_revision parent ON parent.id = r.parent_id
    )
    SELECT 'high' WHERE EXISTS (
        SELECT FROM review_revision r JOIN past ON past.id = r.edition_id WHERE r.exposure_level = 'high')
    UNION ALL
    SELECT 'waived' WHERE EXISTS (
        SELECT FROM review_decision d JOIN past ON past.id = d.edition_id WHERE d.kind = 'waive')
    UNION ALL
    SELECT e.kind FROM review_edition e WHERE e.id = edition AND e.kind = 'correction'
$$;
"""

EDITION_BEGINS = f"""
CREATE FUNCTION review_edition_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM atlas_wording WHERE id = NEW.wording_id AND provision_id = NEW.provision_id) THEN
        RAISE EXCEPTION 'An edition is about a wording of its own provision.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.carried_from_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM review_revision r JOIN review_edition e ON e.id = r.edition_id
        WHERE r.id = NEW.carried_from_id AND e.provision_id = NEW.provision_id
    ) THEN
        RAISE EXCEPTION 'What an edition was handed down is a text about the same provision.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_edition_begins BEFORE INSERT ON review_edition
    FOR EACH ROW EXECUTE FUNCTION review_edition_begins();
{always("review_edition", "review_edition_begins")}
"""

EDITION_MOVES = """
CREATE OR REPLACE FUNCTION review_edition_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An edition is never deleted; discard it.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.provision_id, NEW.wording_id, NEW.kind, NEW.carried_from_id)
        IS DISTINCT FROM (OLD.provision_id, OLD.wording_id, OLD.kind, OLD.carried_from_id) THEN
        RAISE EXCEPTION 'The provision, wording, kind and inheritance of edition % never change.', OLD.id
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
        (NEW.state, NEW.round, NEW.approved_revision_id, NEW.public_note, NEW.publish_at)
            IS DISTINCT FROM (OLD.state, OLD.round, OLD.approved_revision_id, OLD.public_note, OLD.publish_at)
        OR (OLD.head_id IS NOT NULL AND NEW.head_id IS DISTINCT FROM OLD.head_id)
    ) THEN
        RAISE EXCEPTION 'Edition % moved without a new lock version.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.head_id IS NOT NULL AND OLD.state IN ('published', 'discarded') AND (
        NEW.head_id, NEW.round, NEW.approved_revision_id, NEW.public_note, NEW.publish_at, NEW.assigned_to_id,
        NEW.due_at, NEW.closed_at
    ) IS DISTINCT FROM (
        OLD.head_id, OLD.round, OLD.approved_revision_id, OLD.public_note, OLD.publish_at, OLD.assigned_to_id,
        OLD.due_at, OLD.closed_at
    ) THEN
        RAISE EXCEPTION 'Edition % is %: nothing of it moves any more.', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.head_id IS DISTINCT FROM OLD.head_id AND NOT EXISTS (
        SELECT FROM review_revision WHERE id = NEW.head_id AND edition_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'The text of edition % is one of its own revisions.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state IN ('approved', 'published') AND NEW.approved_revision_id IS DISTINCT FROM NEW.head_id THEN
        RAISE EXCEPTION 'What is approved of edition % is its latest text.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE_EDITION_MOVES = replaced(
    "CREATE FUNCTION review_edition_moves" + first.EDITION_MOVES.partition("CREATE FUNCTION review_edition_moves")[2]
)

REVISION_FITS = f"""
CREATE FUNCTION review_revision_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine review_edition;
    parent review_revision;
    theirs review_edition;
BEGIN
    SELECT * INTO mine FROM review_edition WHERE id = NEW.edition_id;
    IF mine.state = 'published' THEN
        RAISE EXCEPTION 'Edition % is published: it gets no other text.', mine.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO parent FROM review_revision WHERE id = NEW.parent_id;
    IF NEW.author_kind <> 'carried' THEN
        IF parent.edition_id <> NEW.edition_id OR parent.number >= NEW.number THEN
            RAISE EXCEPTION 'A revision is made from an earlier one of its edition.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO theirs FROM review_edition WHERE id = parent.edition_id;
    IF theirs.id = mine.id AND parent.number >= NEW.number
        OR theirs.provision_id <> mine.provision_id OR theirs.id > mine.id OR NOT EXISTS (
        SELECT FROM atlas_wording a JOIN atlas_wording b ON a.folded_sha256 = b.folded_sha256
        WHERE a.id = mine.wording_id AND b.id = theirs.wording_id
    ) THEN
        RAISE EXCEPTION 'A text is carried over from an earlier one about the same words of the same provision.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF ({", ".join(f"NEW.{c}" for c in COLUMNS)}) IS DISTINCT FROM ({", ".join(f"parent.{c}" for c in COLUMNS)}) THEN
        RAISE EXCEPTION 'A text that is carried over stays as it was.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_revision_fits BEFORE INSERT ON review_revision
    FOR EACH ROW EXECUTE FUNCTION review_revision_fits();
{always("review_revision", "review_revision_fits")}
"""

DECISION_IS_BOUND = f"""
CREATE FUNCTION review_decision_is_bound() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    revision review_revision;
    edition review_edition;
BEGIN
    SELECT * INTO revision FROM review_revision WHERE id = NEW.revision_id;
    SELECT * INTO edition FROM review_edition WHERE id = NEW.edition_id;
    IF (revision.edition_id, revision.content_sha256, edition.wording_id, edition.round)
        IS DISTINCT FROM (NEW.edition_id, NEW.content_sha256, NEW.wording_id, NEW.round) THEN
        RAISE EXCEPTION 'A decision on edition % is bound to its text, its wording and its round.', NEW.edition_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.revision_id IS DISTINCT FROM edition.head_id OR NOT (CASE
        WHEN NEW.kind IN ('approve', 'waive', 'request_changes') THEN edition.state = 'in_review'
        WHEN NEW.kind = 'void' THEN edition.state IN ('in_review', 'approved')
        WHEN NEW.kind = 'discard' THEN edition.state IN ('in_review', 'changes_requested', 'approved')
        ELSE edition.state = 'published'
    END) THEN
        RAISE EXCEPTION 'Nobody can % this revision of edition % now: it is %.', replace(NEW.kind, '_', ' '),
            NEW.edition_id, replace(edition.state, '_', ' ') USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.finding_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM review_finding f WHERE f.id = NEW.finding_id AND f.revision_id = NEW.revision_id
            AND f.severity = 'blocker' AND f.code <> 'attributes'
    ) THEN
        RAISE EXCEPTION 'Only a blocking finding on this very text can be waived, and no wrong coded fact.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER review_decision_is_bound BEFORE INSERT ON review_decision
    FOR EACH ROW EXECUTE FUNCTION review_decision_is_bound();
{always("review_decision", "review_decision_is_bound")}
"""

COMMENT_FITS = f"""
CREATE FUNCTION review_comment_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM review_revision WHERE id = NEW.revision_id AND edition_id = NEW.edition_id) THEN
        RAISE EXCEPTION 'A comment is about a revision of its edition.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.reply_to_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM review_comment WHERE id = NEW.reply_to_id AND edition_id = NEW.edition_id
    ) THEN
        RAISE EXCEPTION 'A reply belongs to the edition of the comment that it answers.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.resolved_at IS NOT NULL THEN
        RAISE EXCEPTION 'A comment begins unresolved.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_comment_fits BEFORE INSERT ON review_comment
    FOR EACH ROW EXECUTE FUNCTION review_comment_fits();
{always("review_comment", "review_comment_fits")}
"""

# The name that an event gives a publication; and whether one of this transaction does.
PUBLICATION_EVENTS = """
CREATE FUNCTION review_publication_name(id bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'AT-A-' || lpad(id::text, greatest(6, length(id::text)), '0')
$$;

CREATE FUNCTION review_is_told_now(publication atlas_publication, told text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM review_event e JOIN review_revision r ON r.edition_id = e.edition_ref
        WHERE r.id = publication.revision_id AND e.action = told
            AND e.data ->> 'publication' = review_publication_name(publication.id)
            AND e.transaction = pg_current_xact_id()::text
    )
$$;
"""
REVERSE_PUBLICATION_EVENTS = """
DROP FUNCTION review_is_told_now(atlas_publication, text);
DROP FUNCTION review_publication_name(bigint);
"""

# The same approved text once more: only the latest analysis of words that are in force again, and only if a later text
# had taken its place. What was withdrawn or retracted does not come back by itself.
PUBLICATION_IS_RESTORED = """
CREATE FUNCTION review_check_restored(publication atlas_publication, edition review_edition)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    earlier atlas_publication;
    words text;
BEGIN
    SELECT folded_sha256 INTO words FROM atlas_wording WHERE id = publication.wording_id;
    SELECT p.* INTO earlier FROM atlas_publication p JOIN atlas_wording w ON w.id = p.wording_id
    WHERE p.provision_id = publication.provision_id AND p.id < publication.id AND w.folded_sha256 = words
    ORDER BY p.id DESC LIMIT 1;
    IF earlier.revision_id IS DISTINCT FROM publication.revision_id OR earlier.superseded_at IS NULL
        OR earlier.withdrawn_at IS NOT NULL OR earlier.retracted_at IS NOT NULL
        OR (earlier.drafter, earlier.solo_review) IS DISTINCT FROM (publication.drafter, publication.solo_review)
        OR NOT EXISTS (
            SELECT FROM atlas_publication WHERE provision_id = earlier.provision_id
                AND id > earlier.id AND id < publication.id
        ) THEN
        RAISE EXCEPTION 'Publication % repeats an analysis that is not the latest of its words, or did not end by being'
            ' superseded.', publication.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF publication.minor <> 0 OR publication.major IS DISTINCT FROM (
        SELECT max(major) + 1 FROM atlas_publication
        WHERE provision_id = publication.provision_id AND id < publication.id
    ) THEN
        RAISE EXCEPTION 'Publication % is not numbered as the next one.', publication.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM review_edition e JOIN atlas_wording w ON w.id = e.wording_id
        WHERE e.provision_id = publication.provision_id AND w.folded_sha256 = words
            AND e.state IN ('in_review', 'changes_requested', 'approved')
    ) THEN
        RAISE EXCEPTION 'Publication % repeats an analysis while another of the same words is in review.',
            publication.id USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
"""

PUBLICATION_IS_APPROVED = f"""
CREATE OR REPLACE FUNCTION review_publication_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    revision review_revision;
    edition review_edition;
    approvals int;
    required int := 1;
    is_again boolean;
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
    IF EXISTS (SELECT FROM review_comment WHERE edition_id = edition.id AND is_blocking AND resolved_at IS NULL) THEN
        RAISE EXCEPTION 'Publication % has a blocking comment that is not resolved.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT NEW.solo_review AND EXISTS (SELECT FROM review_reasons_for_two(edition.id)) THEN
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
    is_again := EXISTS (SELECT FROM atlas_publication WHERE revision_id = revision.id AND id < NEW.id);
    IF is_again THEN
        PERFORM review_check_restored(NEW, edition);
    END IF;
    IF NOT review_is_told_now(NEW, CASE WHEN is_again THEN 'restore' ELSE 'publish' END) THEN
        RAISE EXCEPTION 'Publication % came without its event.', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

# superseded_at, withdrawn_at and retracted_at can be set once (0002 of atlas). Here: only with what they tell of.
PUBLICATION_ENDS = f"""
CREATE FUNCTION review_is_decided_now(publication atlas_publication, wanted text, note text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT review_is_told_now(publication, wanted) AND EXISTS (
        SELECT FROM review_decision d WHERE d.revision_id = publication.revision_id AND d.kind = wanted
            AND d.reason = note AND d.at >= transaction_timestamp()
    )
$$;

CREATE FUNCTION review_publication_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_live boolean := OLD.superseded_at IS NULL AND OLD.withdrawn_at IS NULL AND OLD.retracted_at IS NULL;
BEGIN
    IF (NEW.withdrawn_at IS NULL) <> (NEW.withdrawal_note = '')
        OR (NEW.retracted_at IS NULL) <> (NEW.retraction_note = '') THEN
        RAISE EXCEPTION 'What is taken back is taken back with a note, and on a day: publication %.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.superseded_at IS DISTINCT FROM OLD.superseded_at AND (NOT was_live OR NOT EXISTS (
        SELECT FROM atlas_publication WHERE provision_id = NEW.provision_id AND id > NEW.id
    )) THEN
        RAISE EXCEPTION 'Publication % is superseded, and none took its place.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at AND NOT (
        was_live AND review_is_decided_now(NEW, 'withdraw', NEW.withdrawal_note)
    ) THEN
        RAISE EXCEPTION 'Publication % is withdrawn without the decision and the event that say so.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.retracted_at IS DISTINCT FROM OLD.retracted_at
        AND NOT review_is_decided_now(NEW, 'retract', NEW.retraction_note) THEN
        RAISE EXCEPTION 'Publication % is retracted without the decision and the event that say so.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER review_publication_ends AFTER UPDATE ON atlas_publication
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION review_publication_ends();
{always("atlas_publication", "review_publication_ends")}
"""
REVERSE_PUBLICATION_ENDS = """
DROP FUNCTION review_publication_ends() CASCADE;
DROP FUNCTION review_is_decided_now(atlas_publication, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0007_desk_roles"), ("atlas", "0006_publish_again"), ("analysis", "0004_earlier_text")]

    operations = [
        *(
            migrations.RunSQL(insert_only_sql(table, movable), insert_only_reverse_sql(table))
            for table, movable in INSERT_ONLY.items()
        ),
        migrations.RunSQL(ORIGINS, REVERSE_ORIGINS),
        migrations.RunSQL(REASONS_FOR_TWO, "DROP FUNCTION review_reasons_for_two(bigint);"),
        migrations.RunSQL(EDITION_BEGINS, "DROP FUNCTION review_edition_begins() CASCADE;"),
        migrations.RunSQL(EDITION_MOVES, REVERSE_EDITION_MOVES),
        migrations.RunSQL(REVISION_FITS, "DROP FUNCTION review_revision_fits() CASCADE;"),
        migrations.RunSQL(DECISION_IS_BOUND, "DROP FUNCTION review_decision_is_bound() CASCADE;"),
        migrations.RunSQL(COMMENT_FITS, "DROP FUNCTION review_comment_fits() CASCADE;"),
        migrations.RunSQL(PUBLICATION_EVENTS, REVERSE_PUBLICATION_EVENTS),
        migrations.RunSQL(
            PUBLICATION_IS_RESTORED, "DROP FUNCTION review_check_restored(atlas_publication, review_edition);"
        ),
        migrations.RunSQL(PUBLICATION_IS_APPROVED, replaced(first.PUBLICATION_IS_APPROVED)),
        migrations.RunSQL(PUBLICATION_ENDS, REVERSE_PUBLICATION_ENDS),
    ]
