"""Tells the story of the sample with the verbs that real data go through, and writes nothing by other ways.

The story has chapters: some looks at documents, then a sitting of the editors. Each is one transaction, so that a load
that was killed goes on with the next, and no worker sees a job before its outline is there: no model is called.
"""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection, transaction

from analysis import leases
from analysis.attempt import Attempt
from analysis.preparing import attempt_outline
from analysis.queue import queue_changes
from analysis.storing import store
from atlas.archive.record.recording import record_capture, record_failure
from atlas.models import Capture, Document, Platform, Provision, Publication, User
from review import actions
from review.models import Decision as Decided
from review.models import Edition
from review.sample import story
from review.sample.people import make_people

logger = structlog.get_logger(__name__)

LOCK = 20_261_122  # any number that no other advisory lock of ours uses
_DAY_AFTER_QUOTE = re.compile(r"”\[(\d{4}-\d{2}-\d{2})\]")


class StoryError(Exception):
    """The files of the sample do not fit together; the message names the file's words."""


@dataclass(frozen=True)
class Loaded:
    """What the sample consists of now. ``was_there``: nothing was left to do."""

    was_there: bool
    platforms: int
    captures: int
    open_editions: int
    publications: int


def load_sample(*, until: datetime.date = datetime.date.max) -> Loaded:
    """Load the sample, or what an earlier load left undone. Does nothing once it was loaded.

    ``until``: the last day of the story to be told; a later call goes on from there.
    """
    with _one_at_a_time():
        was_there = is_loaded()
        if not was_there:
            _Telling().tell(until)
        return _count(was_there=was_there)


def is_loaded() -> bool:
    """Whether the last decision of the story was taken. Decisions cannot be deleted, so it stays so."""
    last = story.read_decisions()[-1]
    platform, document = last.document.split("/")
    return Decided.objects.filter(
        kind=last.verb,
        edition__provision__document__slug=document,
        edition__provision__document__platform__slug=platform,
        edition__wording__text__contains=last.provision,
        edition__provision__document__platform__is_sample=True,
    ).exists()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A second load waits for the first, and then finds it done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class _Telling:
    """One telling of the story, chapter by chapter; those that were told before are passed over."""

    def __init__(self) -> None:
        self.people = make_people()
        self.looks = story.read_looks()
        self.analyses = story.read_analyses()
        self.decisions = story.read_decisions()

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents of all sample platforms by ``platform/document``."""
        return {
            f"{platform.slug}/{document.slug}": _make_document(platform, document)
            for platform in story.read_platforms()
            for document in platform.documents
        }

    def tell(self, until: datetime.date) -> None:
        start = datetime.date.min
        for end in sorted({item.sitting for item in (*self.analyses, *self.decisions)}):
            if end <= until:
                self._tell_chapter(start, end)
            start = end

    @transaction.atomic
    def _tell_chapter(self, start: datetime.date, end: datetime.date) -> None:
        """What was seen after the day ``start``, and the sitting on the day ``end``."""
        looks = [(path, look) for path, look in self.looks if start < look.day <= end]
        path, last = looks[-1]
        if self.documents[path].captures.filter(captured_at=last.at).exists():
            return
        for path, look in looks:
            self._look(path, look)
        self._sit(end)
        _check_guards()
        logger.info("sample chapter told", until=end.isoformat())

    def _look(self, path: str, look: story.Look) -> None:
        if look.failure:
            record_failure(self.documents[path], reason=look.failure, captured_at=look.at)
        else:
            record_capture(self.documents[path], text=story.read_text(path, look), captured_at=look.at)

    def _sit(self, day: datetime.date) -> None:
        """Requests, then drafts, then what the editors make of them."""
        decisions = [decision for decision in self.decisions if decision.sitting == day]
        for decision in decisions:
            if decision.verb == "request":
                actions.ask_for_draft(self._provision(decision), by=self.people[decision.by])
        self._draft({self._provision(decision).pk: decision.failure for decision in decisions})
        for item in self.analyses:
            if item.sitting == day:
                self._publish(item)
            if item.ending and item.ending.sitting == day:
                self._end(item, item.ending)
        for decision in decisions:
            if decision.verb != "request":
                self._decide(decision)

    def _draft(self, failures: dict[int, str]) -> None:
        """What workers do, for the sample's own jobs and without a model. ``failures``: provision → how it failed."""
        queue_changes()
        token = uuid4()
        waiting = leases.ready().filter(wording__provision__document__in=self.documents.values())
        for provision_id in list(waiting.values_list("wording__provision", flat=True)):
            for job in leases.claim(token, 1, provision_id=provision_id):
                failure = failures.get(provision_id)
                store(job, token, _failed(failure) if failure else attempt_outline(job))
        actions.take_in()

    def _publish(self, item: story.AnalysisFile) -> None:
        """The editor writes the analysis into the open edition, or into a new one; the others approve it."""
        provision, editor = self._provision(item), self.people["editor"]
        edition = _open_edition(provision) or actions.open_edition(provision, by=editor)
        actions.revise(edition, self._content(item), by=editor, lock_version=edition.lock_version)
        for name in item.approved_by:
            _approve(edition, by=self.people[name])

    def _end(self, item: story.AnalysisFile, ending: story.Ending) -> None:
        verb = actions.withdraw if ending.verb == "withdraw" else actions.retract
        verb(self._provision(item).publications.live().get(), by=self.people[ending.by], reason=ending.reason)

    def _decide(self, decision: story.Decision) -> None:
        by, reason = self.people[decision.by], decision.reason
        edition = Edition.objects.open().get(provision=self._provision(decision))
        if decision.verb == "approve":
            _approve(edition, by=by)
        elif decision.verb == "discard":
            actions.discard(edition, by=by, lock_version=edition.lock_version, reason=reason)
        else:
            actions.request_changes(edition, by=by, lock_version=edition.lock_version, reason=reason, mode="edit")

    # Words of the files → rows

    def _provision(self, item: story.OnProvision) -> Provision:
        """The provision of which some wording contains the item's words.

        Raises:
            StoryError: if there is none, or more than one.
        """
        document = self.documents[item.document]
        found = list(document.provisions.filter(wordings__text__contains=item.provision).distinct()[:2])
        if len(found) != 1:
            raise StoryError(f"{'No' if not found else 'More than one'} provision of {document}: {item.provision!r}")
        return found[0]

    def _content(self, item: story.AnalysisFile) -> dict[str, Any]:
        """The analysis with version identifiers in place of days: ``“…”[2026-03-09]`` → ``“…”[AT-V-000001]``."""
        document = self.documents[item.document]

        def cite_version(match: re.Match[str]) -> str:
            capture = document.captures.select_related("version").get(captured_at__date=match[1])
            if capture.version is None:
                raise StoryError(f"No version of {document} was seen on {match[1]}.")
            return f"”[{capture.version.public_id}]"

        content = item.analysis.content()
        return {
            name: _DAY_AFTER_QUOTE.sub(cite_version, value) if isinstance(value, str) else value
            for name, value in content.items()
        }


def _make_document(platform: story.PlatformFile, document: story.DocumentFile) -> Document:
    owner, _ = Platform.objects.get_or_create(
        slug=platform.slug,
        defaults={
            "name": platform.name,
            "website": platform.website,
            "description": platform.description,
            "is_sample": True,
        },
    )
    made, _ = Document.objects.get_or_create(
        platform=owner,
        slug=document.slug,
        defaults={
            "name": document.name,
            "terms_type": document.terms_type,
            "standing": document.standing,
            "source_urls": document.source_urls,
            "language": "en",
        },
    )
    return made


def _check_guards() -> None:
    """Let PostgreSQL check what it checks at commit: within a larger transaction the wordings would have moved on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _failed(reason: str) -> Attempt:
    """An attempt of a model that never was, for a job that shows as failed."""
    fields = {"drafter": "model", "model_requested": "sample (no model was called)", "input_sha256": ""}
    return Attempt(fields=fields).fail("refused", reason)


def _open_edition(provision: Provision) -> Edition | None:
    return Edition.objects.open().filter(provision=provision).first()


def _approve(edition: Edition, *, by: User) -> None:
    """What the desk posts when ``by`` presses the button."""
    edition = Edition.objects.select_related("head").get(pk=edition.pk)
    assert edition.head is not None
    actions.approve(
        edition,
        by=by,
        lock_version=edition.lock_version,
        revision_id=edition.head.pk,
        content_sha256=edition.head.content_sha256,
        wording_id=edition.wording_id,
    )


def _count(*, was_there: bool) -> Loaded:
    platforms = Platform.objects.filter(is_sample=True)
    return Loaded(
        was_there=was_there,
        platforms=platforms.count(),
        captures=Capture.objects.filter(document__platform__in=platforms).count(),
        open_editions=Edition.objects.open().filter(provision__document__platform__in=platforms).count(),
        publications=Publication.objects.filter(provision__document__platform__in=platforms).count(),
    )
