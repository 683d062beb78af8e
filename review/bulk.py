"""One act on many editions: each in a transaction of its own, with its own event. There is no bulk approval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from atlas.archive.judgements.judging import Refused
from atlas.archive.judgements.noise_rules import check_expiry, check_phrase, make_noise_rule
from atlas.models import Document, NoiseRule, User
from review import actions
from review.assigning import assign, set_due, unassign
from review.errors import NotAllowed, ReviewError, guards_as_refusals
from review.models import Edition, ReasonCode
from review.policies import check_permission, check_reason

MOST_AT_ONCE = 200
NAMED = 5  # of those that were left alone; all are counted


@dataclass(frozen=True)
class Selected:
    """An edition as a row of the queue showed it."""

    edition_id: int
    lock_version: int


@dataclass
class Outcome:
    """What came of it: how many editions it was done to, and a sentence for each that was left alone."""

    done: int = 0
    left: list[str] = field(default_factory=list)
    rule: NoiseRule | None = None

    def in_words(self, done: str) -> str:
        """ "12 discarded. 2 left alone: …"."""
        words = f"{self.done} {done}."
        if self.rule is not None:
            scope = self.rule.document or self.rule.platform
            words += f" From now on changes of {scope} that only say “{self.rule.phrase}” are looked at last."
        if self.left:
            named = " ".join(self.left[:NAMED])
            more = f" And {len(self.left) - NAMED} more." if len(self.left) > NAMED else ""
            words += f" {len(self.left)} left alone: {named}{more}"
        return words


def read_selection(values: Sequence[str]) -> list[Selected]:
    """What check boxes posted (``17:3``: edition 17 at lock version 3).

    Raises:
        NotAllowed: if nothing was chosen, too much, or something that is no row.
    """
    if not values:
        raise NotAllowed("Choose some rows first: nothing was done.")
    if len(values) > MOST_AT_ONCE:
        raise NotAllowed(f"{len(values)} rows are too many: at most {MOST_AT_ONCE} at once. Nothing was done.")
    return [_selected(value) for value in dict.fromkeys(values)]


def _selected(value: str) -> Selected:
    key, _, version = value.partition(":")
    if not (key.isdecimal() and version.isdecimal() and len(key) < 19 and len(version) < 10):
        raise NotAllowed("This list did not arrive whole. Open it again; nothing was done.")
    return Selected(int(key), int(version))


def claim_all(selected: Sequence[Selected], *, by: User) -> Outcome:
    check_permission(by, "review.change_edition", "claim editions")
    return _each(
        selected, lambda edition, version: actions.claim(edition, by=by, takes_over=False, lock_version=version)
    )


def assign_all(selected: Sequence[Selected], *, to: User | None, by: User) -> Outcome:
    """Assign to a person, or (``to`` None) to nobody."""
    check_permission(by, "review.assign_edition", "assign editions")
    if to is None:
        return _each(selected, lambda edition, version: unassign(edition, by=by, lock_version=version))
    return _each(selected, lambda edition, version: assign(edition, to=to, by=by, lock_version=version))


def set_due_all(selected: Sequence[Selected], *, day: date, by: User) -> Outcome:
    """Due at the end of ``day``, UTC."""
    check_permission(by, "review.assign_edition", "set due dates")
    due_at = datetime.combine(day, time(23, 59, 59), UTC)
    return _each(selected, lambda edition, version: set_due(edition, due_at=due_at, by=by, lock_version=version))


@dataclass(frozen=True)
class Noise:
    """A noise rule to be made beside a bulk discard: the words, and the last day on which it counts."""

    phrase: str
    expires_on: date


def discard_all(selected: Sequence[Selected], *, by: User, reason: str, noise: Noise | None = None) -> Outcome:
    """Discard as not material. With ``noise``, changes that only say its phrase are looked at last from now on.

    A rule counts for the document that all chosen editions are of, else for their platform. One that would be refused
    discards nothing; where nothing was discarded, none is made.

    Raises:
        NotAllowed: if ``by`` may not, the reason is missing, or the rule would be refused.
    """
    check_permission(by, "review.change_edition", "discard drafts")
    reason = check_reason(reason)
    rule = _rule(selected, noise, by=by, reason=reason) if noise else None
    outcome = _each(
        selected,
        lambda edition, version: actions.discard(
            edition, by=by, lock_version=version, reason=reason, reason_code=ReasonCode.NOT_MATERIAL
        ),
    )
    if rule is not None and outcome.done:
        outcome.rule = make_noise_rule(rule, by=by)
    return outcome


def _rule(selected: Sequence[Selected], noise: Noise, *, by: User, reason: str) -> NoiseRule:
    """The rule, not made yet. Raises NotAllowed if it would be refused."""
    documents = _documents(selected)
    platforms = {document.platform_id for document in documents}
    if len(platforms) != 1:
        raise NotAllowed("A noise rule is for one platform: choose rows of one. Nothing was discarded.")
    try:
        check_permission(by, "atlas.add_noiserule", "make noise rules")
        check_phrase(noise.phrase)
        check_expiry(noise.expires_on)
    except (Refused, NotAllowed) as refused:
        raise NotAllowed(f"{refused} Nothing was discarded.") from refused
    return NoiseRule(
        phrase=noise.phrase,
        reason=reason,
        expires_on=noise.expires_on,
        document=documents[0] if len(documents) == 1 else None,
        platform_id=None if len(documents) == 1 else platforms.pop(),
    )


def _documents(selected: Sequence[Selected]) -> list[Document]:
    editions = Edition.objects.filter(pk__in=[row.edition_id for row in selected])
    return list(Document.objects.filter(provisions__editions__in=editions).distinct())


def _each(selected: Sequence[Selected], act: Callable[[Edition, int], object]) -> Outcome:
    editions = Edition.objects.select_related("provision__document").in_bulk([row.edition_id for row in selected])
    outcome = Outcome()
    for row in selected:
        edition = editions.get(row.edition_id)
        if edition is None:
            outcome.left.append("One is gone.")
            continue
        try:
            with guards_as_refusals():
                act(edition, row.lock_version)
        except ReviewError as refused:
            outcome.left.append(f"{edition.provision.public_id}: {refused}")
        else:
            outcome.done += 1
    return outcome
