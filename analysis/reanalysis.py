"""Asking for drafts of many provisions at once: which, what it will take, and the jobs. Idempotent."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from analysis.estimating import Estimate, estimate
from analysis.models import DraftJob, DraftRun, JobState, Reason
from analysis.priorities import REQUESTED_IN_BULK
from analysis.queue import OPEN
from atlas.models import Document, Provision, Publication, Topic, User, Wording
from atlas.rooms import wake

AT_ONCE = 1_000  # rows a statement
STALE, NEVER, CURRENT = "stale", "never", "current"
ANALYSED = {
    "": "Whatever their analysis",
    CURRENT: "Analysed, of the text in force",
    STALE: "Analysed, of an earlier text",
    NEVER: "Never analysed",
}


class NothingChosen(ValueError):
    """A selection without any limit would take every provision there is."""


@dataclass(frozen=True)
class Selection:
    """Provisions by what they have in common; each limit is empty where it does not narrow.

    ``prompt`` ("provision_analysis v1") and ``model`` are those of the provision's latest draft.
    """

    platform: str = ""
    document: str = ""
    topic: str = ""
    exposure: str = ""
    prompt: str = ""
    model: str = ""
    analysed: str = ""

    @classmethod
    def read(cls, given: Any) -> "Selection":
        """From a form or a mapping of texts."""
        texts = {field.name: str(given.get(field.name) or "").replace("\0", "").strip() for field in fields(cls)}
        return cls(**texts)

    @property
    def is_empty(self) -> bool:
        return self == Selection()

    def provisions(self) -> QuerySet[Provision]:
        """Those in force that fit.

        Raises:
            NothingChosen: if nothing limits them.
        """
        if self.is_empty:
            raise NothingChosen("Choose at least one limit: a platform, a document, a topic, a prompt, a model …")
        rows = Provision.objects.filter(removed_at=None, current_wording__isnull=False)
        if self.platform:
            rows = rows.filter(document__platform__slug=self.platform)
        if self.document:
            rows = rows.filter(document=_key(Document, self.document))
        if self.topic:
            rows = rows.filter(topics=self.topic)
        return self._by_analysis(rows)

    def _by_analysis(self, rows: QuerySet[Provision]) -> QuerySet[Provision]:
        live = Publication.objects.live().filter(provision=OuterRef("pk"))
        if self.exposure:
            rows = rows.filter(Exists(live.filter(exposure_level=self.exposure)))
        if self.analysed == NEVER:
            rows = rows.filter(~Exists(live))
        if self.analysed in (STALE, CURRENT):
            is_current = Q(wording__folded_sha256=F("provision__current_wording__folded_sha256"))
            rows = rows.filter(Exists(live.filter(is_current if self.analysed == CURRENT else ~is_current)))
        if self.prompt or self.model:
            rows = rows.filter(Exists(_latest_drafts(self.prompt, self.model)))
        return rows


def _latest_drafts(prompt: str, model: str) -> QuerySet[DraftRun]:
    """The latest draft of a provision, if ``prompt`` and ``model`` made it."""
    later = DraftRun.objects.filter(
        job__wording__provision=OuterRef("job__wording__provision"), status="drafted", pk__gt=OuterRef("pk")
    )
    made = DraftRun.objects.filter(~Exists(later), job__wording__provision=OuterRef("pk"), status="drafted")
    if prompt:
        name, _, version = prompt.partition(" ")
        made = made.filter(prompt_name=name, prompt_version=version)
    return made.filter(model_requested=model) if model else made


def _key(model: type[Document], public_id: str) -> int:
    try:
        return model.key_from(public_id)
    except ValueError:
        return 0


@dataclass(frozen=True)
class Plan:
    """What a selection comes to: ``wanted`` provisions, ``waiting`` of them have a job already and are left alone."""

    wanted: int
    waiting: int
    estimate: Estimate

    @property
    def queued(self) -> int:
        return self.estimate.drafts


def plan(selection: Selection) -> Plan:
    """What asking for ``selection`` would do. At most seven queries; nothing is written."""
    provisions = selection.provisions()
    wanted = provisions.count()
    free = estimate(_without_jobs(provisions))
    return Plan(wanted, wanted - free.drafts, free)


def _without_jobs(provisions: QuerySet[Provision]) -> QuerySet[Wording]:
    """The wordings in force of ``provisions`` that nobody is drafting and that wait for no draft."""
    open_jobs = DraftJob.objects.filter(wording=OuterRef("pk"), state__in=OPEN)
    return Wording.objects.filter(~Exists(open_jobs), current_of__in=provisions)


@transaction.atomic
def queue_all(selection: Selection, *, by: User | None, instructions: str = "", limit: int | None = None) -> int:
    """Queue a draft of each provision of ``selection`` that has no open job; returns how many.

    A constant number of statements for each thousand. Asked twice, the second time queues nothing.
    """
    wordings = _without_jobs(selection.provisions()).order_by("pk").values_list("pk", flat=True)
    keys = list(wordings[:limit] if limit is not None else wordings)
    return queue_wordings(keys, by=by, instructions=instructions)


@transaction.atomic
def queue_wordings(keys: Iterable[int], *, by: User | None, instructions: str = "") -> int:
    """Queue a draft of each wording that has no open job; returns how many."""
    now = timezone.now()
    jobs = [
        DraftJob(
            wording_id=key,
            reason=Reason.REDRAFT if instructions else Reason.REQUESTED,
            instructions=instructions,
            requested_by=by,
            priority=REQUESTED_IN_BULK,
            state=JobState.QUEUED,
            run_after=now,
        )
        for key in keys
    ]
    before = DraftJob.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    DraftJob.objects.bulk_create(jobs, ignore_conflicts=True, batch_size=AT_ONCE)
    queued = DraftJob.objects.filter(pk__gt=before, wording__in=[job.wording_id for job in jobs], run_after=now).count()
    if queued:
        wake("jobs_queued")
    return queued


def choices() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for each limit but platform and document: value and words. Three queries."""
    prompts = DraftRun.objects.exclude(prompt_name="").values_list("prompt_name", "prompt_version").distinct()
    models = DraftRun.objects.exclude(model_requested="").values_list("model_requested", flat=True).distinct()
    topics = Topic.objects.filter(is_retired=False).order_by("name").values_list("key", "name")
    named = sorted(f"{name} {version}" for name, version in prompts)
    return {
        "topic": list(topics),
        "prompt": [(name, name) for name in named],
        "model": [(name, name) for name in sorted(models)],
        "analysed": list(ANALYSED.items()),
    }
