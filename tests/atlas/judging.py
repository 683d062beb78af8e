"""Rows to judge about: people with and without permissions, documents that are rewritten, changes of one sentence."""

from datetime import timedelta

from django.contrib.auth.models import Permission

from atlas.archive.record.recording import record_capture
from atlas.archive.record.rewrites import cluster_rewrite
from atlas.archive.record.standing import Piece, load_pieces
from atlas.models import Capture, Change, ChangeCluster, ChangeKind, Document, Significance, User
from tests.factories import NOON, add_wording, make_document, make_provision, make_user, make_version

EDITOR = (
    "view_provision",
    "view_change",
    "view_changecluster",
    "view_noiserule",
    "add_topiccorrection",
    "add_noiserule",
    "change_noiserule",
    "add_changecluster",
    "add_clusterdecision",
)
LOOKS_ONLY = tuple(name for name in EDITOR if name.startswith("view_"))
DATA = ("invoices", "photos", "messages", "voice notes", "calendars", "contacts", "locations", "playlists", "recipes")
USES = ("billing", "safety", "research", "advertising", "support", "training", "ranking", "archives", "surveys")


def make_judge(*permissions: str) -> User:
    """Somebody at the desk with the permissions of an editor, or with those named."""
    user = make_user(is_staff=True)
    names = permissions or EDITOR
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="atlas"))
    return user


def many_sections(count: int, *, changed: int = 0, days: int = 400) -> str:
    """A document of ``count`` sections of one provision each; the first ``changed`` of them name ``days`` days."""
    names = [(f"{data.title()} for {use}", data, use) for data in DATA for use in USES][:count]
    sections = [
        f"## {title}\n\nWe keep {data} for {use} for {days if number < changed else 30} days. After that we delete all "
        f"{data} from the part of the Service that does {use}. You can ask us for a copy of your {data} before {use}.\n"
        for number, (title, data, use) in enumerate(names)
    ]
    return "# Terms of Marrowmint\n\n" + "\n".join(sections)


def see(document: Document, *texts: str, is_backfill: bool = False) -> Capture:
    """Record looks at the document, a day apart; the last one."""
    captures = document.captures.count()
    for number, text in enumerate(texts):
        at = NOON + timedelta(days=captures + number)
        capture = record_capture(document, text=text, captured_at=at, is_backfill=is_backfill)
    return capture


def cluster_again(capture: Capture) -> ChangeCluster | None:
    """``cluster_rewrite`` of a capture that was recorded already."""
    before = capture.document.captures.filter(sequence__lt=capture.sequence, version__isnull=False).last()
    old = pieces_of(before) if before else []
    return cluster_rewrite(capture, list(capture.changes.all()), old, pieces_of(capture))


def pieces_of(capture: Capture) -> list[Piece]:
    assert capture.version is not None
    return load_pieces(capture.version.pk, capture.version.text)


def make_change(old: str, new: str, *, document: Document | None = None, **fields: object) -> Change:
    """A substantive change of a provision from ``old`` to ``new``, which is in force."""
    provision = make_provision(old, document=document or make_document())
    before = provision.current_wording
    days = provision.document.captures.count()
    version, capture = make_version(provision.document, new, captured_at=NOON + timedelta(days=days))
    after = add_wording(provision, version, capture)
    defaults = {"kind": ChangeKind.MODIFIED, "significance": Significance.SUBSTANTIVE}
    return Change.objects.create(
        document=provision.document,
        provision=provision,
        capture=capture,
        old_wording=before,
        new_wording=after,
        **{**defaults, **fields},
    )
