"""The desk's form: every part of an analysis as text, and what a button must post with it."""

import re
from typing import Any

from django import forms

from atlas.models import FIVE_PARTS, SUMMARY_PARTS, TEXT_FIELDS, Exposure
from review.desk.loading import topic_names
from review.models import Edition, EditionKind, Revision

HINTS = {
    "summary": "What the text states, permits or reserves, in neutral verbs. Quote in “curly quotes”, cite as"
    " [@gdpr-art-28-3-a]; a sentence with neither shows as interpretation.",
    "why_it_matters": "Whom it concerns and why, with what it rests on.",
    "practical_effect": "What a customer can or cannot do because of it.",
    "interpretive_note": "What is open, or can be read in two ways. May stay empty.",
    "change_summary": "Before and after, in effect. Empty for a first analysis.",
    "regulatory_landscape": "The obligations it touches, each cited: [@eu-ai-act-art-53-1-d].",
    "governance_exposure": "For whom, and what makes it high or low.",
    "jurisdiction_flags": "One a line: EU: …",
    "contract_implications": "What to look for in the contract and with vendors.",
    "compliance_considerations": "One action a line: - …",
}
_ATTRIBUTE_LINE = re.compile(r"\s*(?P<attribute>[\w-]+)\s*:\s*(?P<value>[^“]*?)\s*“(?P<quote>.*)”\s*")


class DeskForm(forms.Form):
    """An analysis as an editor edits it. ``content()`` is what it says, in the shape of ``AnalysisText.content()``."""

    title = forms.CharField(max_length=300, strip=False)
    exposure_level = forms.ChoiceField(
        label="Exposure", required=False, choices=[("", "Not rated"), *Exposure.choices], help_text="High needs two."
    )
    topics = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    attributes = forms.CharField(
        label="Coded facts",
        required=False,
        strip=False,
        help_text="One a line: training-default: opt_out “the words it rests on”",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    no_material_change = forms.BooleanField(label="No material change", required=False)
    public_note = forms.CharField(
        required=False,
        label="Public note of this correction",
        help_text="What was wrong before. Readers see it; changing it asks for new approvals.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        assert edition.head is not None
        self.head = edition.head
        for part in (*SUMMARY_PARTS, *FIVE_PARTS):
            self.fields[part.field] = _part_field(part.label, HINTS[part.field], getattr(self.head, part.field))
        self.fields["topics"].choices = _topic_choices(edition)  # type: ignore[attr-defined]
        if edition.kind != EditionKind.CORRECTION:
            del self.fields["public_note"]

    def clean_attributes(self) -> list[dict[str, str]]:
        lines = [line for line in self.cleaned_data["attributes"].splitlines() if line.strip()]
        matches = [(line, _ATTRIBUTE_LINE.fullmatch(line)) for line in lines]
        for line, match in matches:
            if match is None:
                raise forms.ValidationError("Not a coded fact: %(line)s", params={"line": line[:80]})
        return [match.groupdict() for _, match in matches if match]

    def content(self) -> dict[str, Any]:
        """What the form says. A text that differs from the head's only in line ends is the head's own."""
        data = self.cleaned_data
        texts = {name: _kept(getattr(self.head, name), data[name]) for name in TEXT_FIELDS}
        topics = data["topics"]
        return {
            **texts,
            "exposure_level": data["exposure_level"],
            "topics": self.head.topics if set(topics) == set(self.head.topics) else topics,
            "attributes": self._attributes(),
            "no_material_change": data["no_material_change"],
        }

    def _attributes(self) -> list[Any]:
        given = self.cleaned_data["attributes"]
        return list(self.head.attributes) if given == _attribute_lines_read(self.head.attributes) else given


def initial_of(revision: Revision, public_note: str) -> dict[str, Any]:
    return {
        **revision.content(),
        "attributes": attribute_lines(revision.attributes),
        "public_note": public_note,
    }


def attribute_lines(attributes: list[dict[str, str]]) -> str:
    """``[{attribute, value, quote}]`` as editors see it, one a line; line breaks in quotes become spaces."""
    return "\n".join(
        f"{item.get('attribute', '')}: {item.get('value', '')} “{' '.join(str(item.get('quote', '')).split())}”"
        for item in attributes
    )


def _attribute_lines_read(attributes: list[dict[str, str]]) -> list[dict[str, str]]:
    matches = [_ATTRIBUTE_LINE.fullmatch(line) for line in attribute_lines(attributes).splitlines()]
    return [match.groupdict() for match in matches if match]


def _part_field(label: str, hint: str, text: str) -> forms.CharField:
    rows = min(14, max(3, len(text) // 70 + text.count("\n") + 2))
    return forms.CharField(
        label=label, help_text=hint, required=False, strip=False, widget=forms.Textarea(attrs={"rows": rows})
    )


def _topic_choices(edition: Edition) -> list[tuple[str, str]]:
    """The text's topics, so that they are seen without scrolling, then the catalogue's others.

    The text may name one that the catalogue does not know: the checks block it.
    """
    assert edition.head is not None
    known, head = topic_names(edition), edition.head
    chosen = [(key, known.get(key, f"{key} (not in the catalogue)")) for key in head.topics]
    return chosen + [(key, name) for key, name in known.items() if key not in head.topics]


def _kept(before: str, posted: str) -> str:
    after = posted.replace("\r\n", "\n")
    return before if after == before.replace("\r\n", "\n") else after
