"""The checks of this floor, what others rest on first."""

from atlas.archive.verifying import (
    completeness_checks,
    judgement_checks,
    provision_checks,
    publication_checks,
    text_checks,
)
from atlas.archive.verifying.verifying import Check, references
from atlas.models import (
    Approval,
    AttributeValue,
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    Document,
    HoldDecision,
    Incident,
    NoiseRule,
    Placement,
    Provision,
    Publication,
    Snapshot,
    StatedDate,
    TopicCorrection,
    Version,
    Wording,
)

CHECKS = [
    Check("snapshots", Snapshot.objects.count, text_checks.snapshots),
    references(Document, Version, Capture, Incident, StatedDate, Provision, Wording, Placement, Change),
    references(Publication, Approval, AttributeValue, Publication.cited.through),
    references(HoldDecision, TopicCorrection, NoiseRule, ChangeCluster, ChangeCluster.changes.through, ClusterDecision),
    Check("versions", Version.objects.count, text_checks.versions),
    Check("captures", Capture.objects.count, text_checks.captures),
    Check(
        "held, failed and released captures", judgement_checks.bad_captures().count, judgement_checks.explained_captures
    ),
    Check("incidents", Incident.objects.count, judgement_checks.incidents),
    Check("decisions on held captures", HoldDecision.objects.count, judgement_checks.hold_decisions),
    Check("stated dates", StatedDate.objects.count, text_checks.stated_dates),
    Check("wordings", Wording.objects.count, provision_checks.wordings),
    Check("placements", Placement.objects.count, provision_checks.placements),
    Check("provisions", Provision.objects.count, provision_checks.provisions),
    Check("changes", Change.objects.count, provision_checks.changes),
    Check("compared captures", completeness_checks.compared_captures, completeness_checks.missing_changes),
    Check("publications", Publication.objects.count, publication_checks.publications),
]
