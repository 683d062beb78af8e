"""A story of two platforms, told hour by hour, for pages that show what stood at a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from atlas.models import Attribute, Provision, Publication, Topic
from tests.atlas.compare_rows import provision_about
from tests.atlas.site_rows import QUOTE, go_back, hold_capture, make_catalogue, publish, reword
from tests.factories import make_document, make_platform, make_provision, make_version

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Story:
    """Two platforms, and what happens to a provision of the first. Each step is an hour after the one before."""

    def __init__(self, clock: time_machine.Coordinates) -> None:
        self.clock = clock
        make_catalogue()

    def begins(self) -> None:
        self.platform, self.other = make_platform("First"), make_platform("Second")
        self.provision = provision_about(self.platform, f"{QUOTE} We keep it for 30 days.")
        self.second = provision_about(self.other, f"{QUOTE} We keep it.")

    def is_published(self) -> None:
        self.publish(self.provision, exposure_level="medium")
        self.publish(self.second, exposure_level="low")

    def changes(self) -> None:
        self.first_wording = self.provision.current_wording
        reword(self.provision, f"{QUOTE} We keep it for 90 days.", at=datetime.now(UTC))

    def is_corrected(self) -> None:
        self.publish(self.provision, exposure_level="high", title="Of the later text")

    def is_removed(self) -> None:
        document = self.provision.document
        make_provision("Nothing of that kind.", document=document, title="Another")
        Provision.objects.filter(pk=self.provision.pk).update(removed_at=datetime.now(UTC))

    def returns(self) -> None:
        Provision.objects.filter(pk=self.provision.pk).update(removed_at=None)
        assert self.first_wording is not None
        go_back(self.provision, self.first_wording)

    def cannot_be_captured(self) -> None:
        hold_capture(self.second.document)

    def old_history_is_imported(self) -> None:
        """Looks that were taken long before, written down now."""
        document = make_document(self.platform, "Imported Terms")
        make_version(document, "Terms of long ago.", captured_at=START - timedelta(days=900))

    def is_filed_elsewhere(self) -> None:
        """What carries no date: topics of provisions and of the catalogue, new platforms and documents."""
        self.provision.topics.clear()
        Topic.objects.create(key="new", name="A new topic", definition="New.")
        make_document(make_platform("Third"))
        make_document(self.platform, "Terms")
        Attribute.objects.create(key="new", topic_id="new", name="New", kind="number")

    def publish(self, provision: Provision, **fields: Any) -> Publication:
        """At this very moment, which the rows for other tests do not care about."""
        now = datetime.now(UTC)
        provision.publications.live().update(superseded_at=now)
        return publish(provision, published_at=now, **fields)
