"""A catalogue of a few rows, made by hand: two laws in force, one to come, one retired entry, topics, facts."""

from datetime import date

from atlas.models import Attribute, Instrument, Jurisdiction, Obligation, Topic


def make_small_catalogue() -> None:
    """Idempotent within a test."""
    eu = _jurisdiction("EU", "European Union")
    _jurisdiction("EEA", "European Economic Area")
    _jurisdiction("DE", "Germany", eu)
    _jurisdiction("NO", "Norway", Jurisdiction.objects.get(pk="EEA"))
    _jurisdiction("GB", "United Kingdom")
    us = _jurisdiction("US", "United States")
    california = _jurisdiction("US-CA", "California", us)
    training = _topic("training-user-content", "Training on user content")
    retention = _topic("retention-deletion", "Data retention and deletion")
    gdpr = _instrument("gdpr", "GDPR", "Regulation (EU) 2016/679 (General Data Protection Regulation)", eu, 2018)
    ccpa = _instrument("ccpa", "CCPA/CPRA", "California Consumer Privacy Act of 2018", california, 2020)
    later = _instrument("later-act", "Later Act", "Act on Later Things", us, 2027)
    _obligation("gdpr-art-6-1", gdpr, "Art. 6(1)", "Legal basis for processing", training)
    _obligation("gdpr-art-5-1-e", gdpr, "Art. 5(1)(e)", "Storage limitation", retention)
    _obligation("gdpr-art-33", gdpr, "Art. 33", "Breach notice", retention, paraphrase="Notify within 72 hours.")
    _obligation("gdpr-gone", gdpr, "Art. 0", "Gone", training, is_retired=True)
    _obligation("ccpa-1798-105", ccpa, "§ 1798.105", "Right to delete", retention)
    _obligation("later-1", later, "§ 1", "Notice of training", training)
    Attribute.objects.create(
        key="training-default", topic=training, name="Training by default", kind="choice", values={"opt-out": "Opt-out"}
    )
    Attribute.objects.create(key="retention-period-days", topic=retention, name="Retention", kind="number", unit="days")


def _jurisdiction(key: str, name: str, parent: Jurisdiction | None = None) -> Jurisdiction:
    return Jurisdiction.objects.create(key=key, name=name, region="", parent=parent)


def _topic(key: str, name: str) -> Topic:
    cues = {
        "training-user-content": [r"\btrain\w*\b", r"\bopt out\b"],
        "retention-deletion": [r"\bkeep\b", r"\bdays\b"],
    }
    return Topic.objects.create(
        key=key,
        name=name,
        definition=f"Whether and how there is {name.lower()}.",
        cues=cues[key],
        default_exposure="high" if key.startswith("training") else "medium",
        raises_exposure=["it is on by default"],
        lowers_exposure=["it needs prior opt-in"],
        review_questions=["Is the commitment contractual?", "Is Art. 6(1) met?", "Which data are in scope?"],
    )


def _instrument(key: str, short: str, full: str, jurisdiction: Jurisdiction, since: int) -> Instrument:
    return Instrument.objects.create(
        key=key,
        short_name=short,
        full_name=full,
        jurisdiction=jurisdiction,
        kind="regulation",
        tier="core",
        in_force_since=date(since, 1, 1),
        status="in_force",
        max_penalty="EUR 20 million",
        url="https://law.example/",
        scope="Processing of personal data.",
        verified_via="none",
    )


def _obligation(
    key: str,
    instrument: Instrument,
    pinpoint: str,
    title: str,
    topic: Topic,
    *,
    paraphrase: str = "There must be a basis.",
    is_retired: bool = False,
) -> None:
    Obligation.objects.create(
        key=key,
        instrument=instrument,
        pinpoint=pinpoint,
        title=title,
        paraphrase=paraphrase,
        confidence="high",
        verified_via="none",
        is_retired=is_retired,
    ).topics.add(topic)
