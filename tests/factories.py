"""Plain functions that make rows with sensible defaults. Three people: an editor, a second one, a stranger."""

import itertools
from datetime import UTC, datetime

from atlas.models import (
    Capture,
    Document,
    Outcome,
    Placement,
    Platform,
    Provision,
    Snapshot,
    User,
    Version,
    Wording,
    sha256,
)

_numbers = itertools.count(1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRAINING_TEXT = (
    "We may use your Content to train and improve our models. You can opt out of this at any time in your account "
    "settings. If you opt out, we keep your Content for 30 days for safety monitoring."
)


def make_platform(name: str = "", **fields: object) -> Platform:
    name = name or f"Platform {next(_numbers)}"
    return Platform.objects.create(name=name, slug=fields.pop("slug", name.lower().replace(" ", "-")), **fields)


def make_document(platform: Platform | None = None, name: str = "Privacy Policy", **fields: object) -> Document:
    defaults = {"slug": name.lower().replace(" ", "-"), "terms_type": name}
    return Document.objects.create(platform=platform or make_platform(), name=name, **{**defaults, **fields})


def make_version(
    document: Document, text: str, *, captured_at: datetime = NOON, is_first: bool = False
) -> tuple[Version, Capture]:
    """A version with the capture that found it. No provisions; ``atlas.archive.record.recording`` makes those."""
    snapshot, _ = Snapshot.objects.get_or_create(sha256=sha256(text), defaults={"text": text})
    number = 1 if is_first else document.versions.count() + 1
    version = Version.objects.create(
        document=document,
        number=number,
        snapshot=snapshot,
        folded_sha256=sha256(" ".join(text.split())),
        first_captured_at=captured_at,
    )
    sequence = 1 if is_first else document.captures.count() + 1
    capture = Capture.objects.create(
        document=document,
        sequence=sequence,
        captured_at=captured_at,
        outcome=Outcome.FIRST if sequence == 1 else Outcome.CHANGED,
        snapshot=snapshot,
        version=version,
    )
    return version, capture


def make_provision(
    text: str = TRAINING_TEXT,
    *,
    document: Document | None = None,
    title: str = "Use of content",
    topics: tuple[str, ...] = (),
) -> Provision:
    """A provision whose only wording is the whole of a new version of its document."""
    version, capture = make_version(document or make_document(), text, is_first=document is None)
    provision = Provision.objects.create(document=version.document, title=title, ordinal=1)
    add_wording(provision, version, capture)
    if topics:
        provision.topics.set(topics)
    return provision


def add_wording(provision: Provision, version: Version, capture: Capture) -> Wording:
    """The whole text of ``version`` as the provision's new current wording."""
    text = version.text
    wording = Wording.objects.create(
        provision=provision,
        number=provision.wordings.count() + 1 if provision.current_wording_id else 1,
        text=text,
        text_sha256=sha256(text),
        folded_sha256=sha256(" ".join(text.split())),
        heading_path=[provision.title],
        first_capture=capture,
    )
    Placement.objects.create(version=version, wording=wording, ordinal=1, start=0, end=len(text))
    provision.current_wording = wording
    provision.save(update_fields=["current_wording"])
    return wording


def make_user(username: str = "", *, groups: tuple[str, ...] = (), **fields: object) -> User:
    """A person in the named groups (the roles made by migration)."""
    from django.contrib.auth.models import Group

    username = username or f"person{next(_numbers)}"
    defaults: dict[str, object] = {"is_staff": bool(groups), "public_name": username.title(), "public_role": "Lawyer"}
    user = User.objects.create_user(username, password="a long password", **{**defaults, **fields})
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user
