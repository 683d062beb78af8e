"""Noise rules: phrases that editors name, so that changes which only say them are drafted last.

A rule hides and deletes nothing. It matches a change if every sentence that came or went holds its phrase as it stands:
no wildcards, capitals and white space aside.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from atlas.archive.judgements.judging import Refused, check_permission, check_words
from atlas.archive.texts.normalising import fold_markdown
from atlas.archive.texts.sentences import Sentence, read_sentences
from atlas.models import Change, Document, NoiseRule, User
from atlas.models.provisions import ChangeQuerySet

logger = structlog.get_logger(__name__)

LONGEST_FORCE = timedelta(days=366)  # "at most a year ahead", a leap day included
LONGEST_PHRASE = 200  # characters, as the column has room for
SHORTEST_PHRASE = 3  # characters; a shorter one stands in nearly every sentence
PREVIEWED = timedelta(days=90)
MOST_PREVIEWED = 2_000  # changes that a preview reads; a few seconds


@transaction.atomic
def make_noise_rule(rule: NoiseRule, *, by: User) -> NoiseRule:
    """Record ``rule``. Raises Refused if ``by`` may not, or if the rule has no reason, phrase or fitting end."""
    check_permission(by, "atlas.add_noiserule", "make noise rules")
    rule.reason = check_words(rule.reason, "a reason")
    rule.phrase = check_phrase(rule.phrase)
    check_expiry(rule.expires_on)
    if rule.document and rule.platform and rule.document.platform_id != rule.platform_id:
        raise Refused(f"{rule.document} is no document of {rule.platform}. Leave one of the two empty.")
    rule.made_by, rule.ended_at = by, None
    rule.save(force_insert=True)
    logger.info("made noise rule", rule=rule.pk, by=by.pk, expires_on=rule.expires_on)
    return rule


def end_noise_rule(rule: NoiseRule, *, by: User) -> bool:
    """Let ``rule`` count no more; False if it has been ended before. Raises Refused."""
    check_permission(by, "atlas.change_noiserule", "end noise rules")
    ended = NoiseRule.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=timezone.now())
    if ended:
        logger.info("ended noise rule", rule=rule.pk, by=by.pk)
    return bool(ended)


def check_phrase(phrase: str) -> str:
    """``phrase`` in one line; Refused if too little or too much of it would be looked for."""
    phrase = " ".join(check_words(phrase, "the words that every such change says").split())
    if len(phrase) > LONGEST_PHRASE:
        raise Refused(f"These are {len(phrase)} characters; a noise rule looks for at most {LONGEST_PHRASE}.")
    if len(fold_phrase(phrase)) < SHORTEST_PHRASE:
        raise Refused(f"“{phrase}” says too little to be looked for. Give at least {SHORTEST_PHRASE} letters.")
    return phrase


def check_expiry(day: date) -> None:
    today = timezone.localdate()
    if day < today:
        raise Refused("The last day of a noise rule cannot be in the past.")
    if day - today > LONGEST_FORCE:
        raise Refused(
            f"A noise rule counts for a year at most, so until {today + LONGEST_FORCE:%-d %B %Y}. Make it again then."
        )


def fold_phrase(text: str) -> str:
    """As sentences are read: without markup and typographic variants; in small letters, one space between words."""
    return " ".join(fold_markdown(text).casefold().split())


@dataclass(frozen=True)
class Rules:
    """Some noise rules, to be asked of many changes without a further query."""

    rules: Sequence[NoiseRule]

    @classmethod
    def in_force(cls) -> "Rules":
        """Those that count today. One query."""
        return cls(list(NoiseRule.objects.in_force().select_related("made_by")))

    @classmethod
    def ever(cls) -> "Rules":
        """All that were made, to say by which one something was put last. One query."""
        return cls(list(NoiseRule.objects.select_related("made_by")))

    def at(self, moment: datetime) -> "Rules":
        """Those that counted then."""
        return Rules([rule for rule in self.rules if counts_at(rule, moment)])

    def match(self, change: Change) -> NoiseRule | None:
        """The latest rule that makes ``change`` noise. Reads its document and its two wordings."""
        near = [rule for rule in self.rules if covers(rule, change.document)]
        return next((rule for rule in near if is_noise(change, rule.phrase)), None) if near else None


def counts_at(rule: NoiseRule, moment: datetime) -> bool:
    if rule.made_at > moment or (rule.ended_at is not None and rule.ended_at <= moment):
        return False
    return timezone.localdate(moment) <= rule.expires_on


def covers(rule: NoiseRule, document: Document) -> bool:
    """Is the document in the rule's scope? Whatever the scope names must fit."""
    return (
        rule.document_id in (None, document.pk)
        and rule.platform_id in (None, document.platform_id)
        and rule.terms_type in ("", document.terms_type)
    )


def is_noise(change: Change, phrase: str) -> bool:
    """Do all sentences that came or went hold ``phrase``? Never if none came or went."""
    wanted = fold_phrase(phrase)
    left = sentences_between(
        change.old_wording.text if change.old_wording else "", change.new_wording.text if change.new_wording else ""
    )
    return bool(wanted and left) and all(wanted in fold_phrase(sentence.text) for sentence in left)


def sentences_between(old: str, new: str) -> list[Sentence]:
    """The sentences that one text holds more often than the other."""
    before, after = read_sentences(old), read_sentences(new)
    return _surplus(before, after) + _surplus(after, before)


def _surplus(sentences: Iterable[Sentence], others: Iterable[Sentence]) -> list[Sentence]:
    unmatched = Counter(sentence.key for sentence in others)
    left = []
    for sentence in sentences:
        if unmatched[sentence.key]:
            unmatched[sentence.key] -= 1
        else:
            left.append(sentence)
    return left


@dataclass(frozen=True)
class Preview:
    """What a rule would have matched in the 90 days up to ``until``, the latest change in its scope.

    ``is_partial``: there were too many changes to read all of them.
    """

    changes: Sequence[Change]
    until: datetime | None
    is_partial: bool


def preview(rule: NoiseRule) -> Preview:
    """The substantive changes that ``rule``, which need not be saved, would have matched lately; latest first."""
    latest = _in_scope(rule).order_by("-capture_id").select_related("capture").first()
    if latest is None:
        return Preview([], None, False)
    until = latest.capture.captured_at
    near = _in_scope(rule).filter(capture__captured_at__gt=until - PREVIEWED).latest_first()
    with_texts = near.for_lists().select_related("old_wording", "new_wording", "document__platform")
    found = list(with_texts.filter(_may_say(rule.phrase))[: MOST_PREVIEWED + 1])
    matched = [change for change in found[:MOST_PREVIEWED] if is_noise(change, rule.phrase)]
    return Preview(matched, until, len(found) > MOST_PREVIEWED)


def _in_scope(rule: NoiseRule) -> ChangeQuerySet:
    changes = Change.objects.announced()
    if rule.document_id is not None:
        changes = changes.filter(document=rule.document_id)
    if rule.platform_id is not None:
        changes = changes.filter(document__platform=rule.platform_id)
    return changes.filter(document__terms_type=rule.terms_type) if rule.terms_type else changes


def _may_say(phrase: str) -> Q:
    """Lets PostgreSQL leave out most texts: one of the two must hold the longest plain word of the phrase."""
    plain = [word for word in fold_phrase(phrase).split() if word.isascii() and word.isalnum()]
    if not plain:
        return Q()
    longest = max(plain, key=len)
    return Q(old_wording__text__icontains=longest) | Q(new_wording__text__icontains=longest)
