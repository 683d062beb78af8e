"""A scratch database like a public Atlas of a few years: 350 platforms, 15,000 provisions, 5,000 analyses. One minute.

Believable in number, size and mix: earlier texts, cosmetic changes, returns, rewrites, held documents, superseded,
withdrawn, retracted and stale analyses. Words are drawn with the frequencies of a natural language (Zipf).
"""

import time

from django.db import connection

from atlas.models import (
    TEXT_FIELDS,
    Approval,
    AttributeValue,
    Capture,
    Change,
    ChangeCluster,
    Document,
    Incident,
    Placement,
    Platform,
    Provision,
    Publication,
    Snapshot,
    Version,
    Wording,
)
from tests.benchmarks.filling import fill, guards_off, say

PLATFORMS, DOCUMENTS = 350, 1_000
LOOKS, VERSIONS = 40, 8  # of each document
PROVISIONS = 15_000
WORDINGS = 5  # of each provision; every one after the first is a change
LIVE, SUPERSEDED = 4_000, 1_000
EACH = PROVISIONS // DOCUMENTS
VOCABULARY = 20_000

HASH = "encode(sha256(n::text::bytea), 'hex')"
# A word: number 1 is the commonest. Its letters are its number, so that no stemmer makes two of them one.
WORD = f"'w' || translate(floor(exp(random() * ln({VOCABULARY})))::int::text, '0123456789', 'abcdfghjkm')"
# The first version in which wording number {j} stands, and the look that found it.
FOUND_BY = f"({{document}} - 1) * {LOOKS} + (greatest(1, 2 * ({{j}} - 1)) - 1) * {LOOKS // VERSIONS} + 1"
# When look n was: every document ten days apart, the last one now.
SEEN_AT = f"now() - ({LOOKS} - 1 - (n - 1) % {LOOKS}) * interval '10 days' - n % 997 * interval '13 minutes'"


def word(number: int) -> str:
    """The word that is the ``number``-th commonest."""
    return "w" + str(number).translate(str.maketrans("0123456789", "abcdfghjkm"))


def fill_database() -> None:
    """After ``load_catalogue``."""
    with guards_off():
        _documents()
        _provisions()
        _changes()
        _publications()
        _lexemes()


def _documents() -> None:
    fill(Platform, PLATFORMS, name="'Platform ' || n", slug="'p' || n")
    fill(
        Document,
        DOCUMENTS,
        platform_id=f"1 + n % {PLATFORMS}",
        name="(ARRAY['Terms of Service ','Privacy Policy ','Acceptable Use Policy '])[1 + n % 3] || n",
        slug="'d' || n",
        terms_type="'Terms ' || n",
        standing="(ARRAY['binding','policy','commitment','incorporated'])[1 + n % 4]",
        source_urls="'[\"https://example.com/terms\"]'::jsonb",
    )
    versions = DOCUMENTS * VERSIONS
    text = f"(SELECT string_agg({WORD}, ' ') FROM generate_series(1, 100) WHERE n > 0)"
    fill(Snapshot, versions, sha256=HASH, text=f"repeat({text} || E'.\\n\\n', {EACH})")
    fill(
        Version,
        versions,
        document_id=f"1 + (n - 1) / {VERSIONS}",
        number=f"1 + (n - 1) % {VERSIONS}",
        snapshot_id="n",
        folded_sha256=HASH,
        first_captured_at=f"now() - ({VERSIONS - 1} - (n - 1) % {VERSIONS}) * interval '50 days'",
    )
    document, look = f"(1 + (n - 1) / {LOOKS})", f"((n - 1) % {LOOKS})"
    is_held = f"({look} = {LOOKS - 1} AND {document} % 40 = 0 OR {look} = 33 AND {document} % 3 = 0)"
    version = f"{document} * {VERSIONS} - {VERSIONS - 1} + {look} / {LOOKS // VERSIONS}"
    fill(
        Capture,
        DOCUMENTS * LOOKS,
        document_id=document,
        sequence=f"1 + {look}",
        captured_at=SEEN_AT,
        outcome=f"""CASE WHEN {is_held} THEN 'quarantined' WHEN {look} = 0 THEN 'first'
            WHEN {look} % {LOOKS // VERSIONS} = 0 THEN 'changed'
            WHEN n % 31 = 0 THEN 'returned' ELSE 'unchanged' END""",
        snapshot_id=version,
        version_id=f"CASE WHEN NOT {is_held} THEN {version} END",
        reasons=f"CASE WHEN {is_held} THEN '[\"The text is a log-in page.\"]'::jsonb ELSE '[]'::jsonb END",
    )
    now = DOCUMENTS // 40
    held = f"(CASE WHEN n <= {now} THEN n * 40 * {LOOKS} ELSE (n - {now}) * 3 * {LOOKS} - 6 END)"
    opened = {"document_id": f"1 + ({held} - 1) / {LOOKS}", "opened_by_id": held, "cause": "'A log-in page.'"}
    is_past = f"n > {now}"
    fill(
        Incident,
        now + DOCUMENTS // 3,
        **opened,
        opened_at="now() - n * interval '1 hour'",
        closed_at=f"CASE WHEN {is_past} THEN now() END",
        closed_by_id=f"CASE WHEN {is_past} THEN {held} + 1 END",
    )


def _provisions() -> None:
    fill(
        Provision,
        PROVISIONS,
        document_id=f"1 + (n - 1) / {EACH}",
        title="'Use of content, clause ' || n",
        ordinal=f"1 + (n - 1) % {EACH}",
        current_wording_id=f"{WORDINGS} * n",
        removed_at="CASE WHEN n % 30 = 0 THEN now() END",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE base AS SELECT n,"
            f" (SELECT string_agg({WORD}, ' ') FROM generate_series(1, 60 + n % 100) WHERE n > 0) AS words"
            f" FROM generate_series(1, {PROVISIONS}) n"
        )
        cursor.execute("CREATE INDEX ON base (n)")
    provision, number = f"(1 + (n - 1) / {WORDINGS})", f"(1 + (n - 1) % {WORDINGS})"
    fill(
        Wording,
        PROVISIONS * WORDINGS,
        provision_id=provision,
        number=number,
        text=f"(SELECT words FROM base WHERE base.n = {provision}) || '. We keep it for ' || {number} || '0 days.'",
        text_sha256=HASH,
        folded_sha256=HASH,
        heading_path="ARRAY['Your content', 'Use of content']",
        first_capture_id=FOUND_BY.format(document=f"(1 + ({provision} - 1) / {EACH})", j=number),
    )
    version, place = f"(1 + (n - 1) / {EACH})", f"((n - 1) % {EACH})"
    fill(
        Placement,
        DOCUMENTS * VERSIONS * EACH,
        version_id=version,
        wording_id=f"""{WORDINGS} * ((({version} - 1) / {VERSIONS}) * {EACH} + {place})
            + 1 + (1 + ({version} - 1) % {VERSIONS}) / 2""",
        ordinal=f"1 + {place}",
        start=f"{place} * 300",
        end=f"{place} * 300 + 299",
        separator="' '",
    )
    fill(
        Provision.topics.through,
        PROVISIONS * 2,
        provision_id=f"1 + (n - 1) % {PROVISIONS}",
        topic_id=_key_of("atlas_topic", f"n * 7 + n / {PROVISIONS}"),
    )


def _changes() -> None:
    each = WORDINGS - 1
    provision, number = f"(1 + (n - 1) / {each})", f"(2 + (n - 1) % {each})"
    document = f"(1 + ({provision} - 1) / {EACH})"
    fill(
        Change,
        PROVISIONS * each,
        document_id=document,
        provision_id=provision,
        capture_id=FOUND_BY.format(document=document, j=number),
        kind="(ARRAY['modified','modified','modified','moved','split'])[1 + n % 5]",
        significance="CASE WHEN n % 7 < 2 THEN 'cosmetic' ELSE 'substantive' END",
        reasons="'[\"A period changed: 10 became 20 days.\"]'::jsonb",
        old_wording_id=f"{WORDINGS} * ({provision} - 1) + {number} - 1",
        new_wording_id=f"{WORDINGS} * ({provision} - 1) + {number}",
        is_return="n % 23 = 0",
        is_backfill="n % 4 > 1",
    )
    rewritten = FOUND_BY.format(document="(n * 20)", j="3 + n % 3")
    title = "'Document ' || n * 20 || ' was rewritten: 15 of 15 provisions changed'"
    fill(ChangeCluster, DOCUMENTS // 20, kind="'rewrite'", title=title, capture_id=rewritten)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO atlas_changecluster_changes (changecluster_id, change_id)"
            " SELECT k.id, c.id FROM atlas_changecluster k JOIN atlas_change c USING (capture_id)"
        )


def _publications() -> None:
    """The first are superseded ones, of provisions that have a later one."""
    rank = f"(CASE WHEN n <= {SUPERSEDED} THEN n ELSE n - {SUPERSEDED} END)"
    provision, is_old = f"(1 + {rank} * 3 % {PROVISIONS})", f"n <= {SUPERSEDED}"
    is_stale = f"({is_old} OR n % 10 = 0)"
    citation = f"'[@' || {_key_of('atlas_obligation', 'n')} || ']'"
    sentence = f"(SELECT string_agg({WORD}, ' ') FROM generate_series(1, 22) WHERE n > 0)"
    text = f"'The text states “' || {sentence} || '” {{}}. ' || {sentence} || ' ' || {citation} || '. ' || {sentence}"
    texts = {name: text.format(name) for name in TEXT_FIELDS}
    fill(
        Publication,
        SUPERSEDED + LIVE,
        **texts | {"title": f"'Analysis of clause ' || {provision}", "jurisdiction_flags": f"'EU: ' || {sentence}"},
        exposure_level="(ARRAY['low','low','medium','medium','high'])[1 + n % 5]",
        topics=f"ARRAY[{_key_of('atlas_topic', f'{provision} * 7')}]",
        provision_id=provision,
        wording_id=f"{WORDINGS} * {provision} - CASE WHEN {is_stale} THEN 1 ELSE 0 END",
        version_id=f"{VERSIONS} * (1 + ({provision} - 1) / {EACH}) - CASE WHEN {is_stale} THEN 2 ELSE 0 END",
        major=f"CASE WHEN n <= {SUPERSEDED} OR n > 2 * {SUPERSEDED} THEN 1 ELSE 2 END",
        published_at="now() - n % 4000 * interval '1 hour'",
        revision_id="n",
        drafter="'A model'",
        content_sha256=HASH,
        superseded_at=f"CASE WHEN {is_old} THEN now() END",
        withdrawn_at=f"CASE WHEN NOT {is_old} AND n % 50 = 7 THEN now() END",
        retracted_at=f"CASE WHEN NOT {is_old} AND n % 50 = 9 THEN now() END",
        withdrawal_note="CASE WHEN n % 50 = 7 THEN 'Misread.' ELSE '' END",
        retraction_note="CASE WHEN n % 50 = 9 THEN 'Misread.' ELSE '' END",
    )
    count = SUPERSEDED + LIVE
    of = f"1 + (n - 1) % {count}"
    fill(
        Approval,
        count * 3 // 2,
        publication_id=of,
        name="'Ada Reviewer ' || n % 40 || n / 5001",
        role="'Technology lawyer'",
        approved_at="now()",
    )
    unit = _key_of("atlas_obligation", f"n + n / {count + 1}")
    fill(Publication.cited.through, count * 2, publication_id=of, obligation_id=unit)
    attribute = _key_of("atlas_attribute", f"n + n / {count + 1}")
    fill(
        AttributeValue, count * 2, publication_id=of, attribute_id=attribute, value="'' || n % 4",
        quote="'We keep it for ' || n % 90 || ' days.'",
    )  # fmt: skip


def _key_of(table: str, number: str) -> str:
    """SQL for the key that stands ``number``-th among those of a table of the catalogue, round and round."""
    keys = f"(SELECT array_agg(key ORDER BY key) AS keys FROM {table}) k"
    return f"(SELECT keys[1 + ({number}) % cardinality(keys)] FROM {keys})"


def _lexemes() -> None:
    begin = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO atlas_wordinglexemes (wording_id, vector, in_force)"
            " SELECT w.id, atlas_wording_vector(w.heading_path, w.text), p.id IS NOT NULL FROM atlas_wording w"
            " LEFT JOIN atlas_provision p ON p.current_wording_id = w.id AND p.removed_at IS NULL"
        )
        cursor.execute(
            "INSERT INTO atlas_publicationlexemes (publication_id, vector)"
            " SELECT p.id, atlas_publication_vector(p) FROM atlas_publication p"
        )
    say(f"  lexemes in {time.monotonic() - begin:.1f} s")
