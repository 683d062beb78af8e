"""What a list says of its items: "You may:" and "You may not:" make opposites of the same words.

Only lists whose lead-in clearly allows or clearly forbids count; of all others the items mean what they say. And a list
of the parties that get data says something even where it is made of links.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from atlas.archive.texts.blocks import Block
from atlas.archive.texts.normalising import fold_markdown

Listed = Literal["", "allowed", "forbidden"]

LONGEST_LEAD_IN = 400  # characters from the end of the block; what stands before says something else
FORBIDS = re.compile(
    r"\b(?:(?:may|must|shall|will|should|can|do|does|did|are|is|were) not|cannot|can't|won't|don't|doesn't|mustn't"
    r"|not to|never|refrain|prohibited|prohibits?|forbidden|not (?:allowed|permitted)|restrictions?|unacceptable"
    r"|no right)\b",
    re.IGNORECASE,
)
ALLOWS = re.compile(
    r"\b(?:may|can|allowed|permitted|permits?|allows?|right to|rights|entitled|agrees?|will|shall|must)\b",
    re.IGNORECASE,
)
WHO_MAY = re.compile(
    r"\b(?:you|we|they|users?|customers?)(?: \w{1,20})? (?:may|can|cannot|must|shall|will|should|are)\b", re.IGNORECASE
)
PARTIES = re.compile(
    r"\b(?:sub-?\s?processors?|sub-?contractors?|recipients?|third[- ]part(?:y|ies)|partners?|providers?|vendors?"
    r"|affiliates?|subsidiaries|controllers?|processors?)\b",
    re.IGNORECASE,
)


@dataclass
class LeadIns:
    """Reads the blocks of a text in order and keeps the lead-ins that are open, each with its indent."""

    open: list[tuple[int, Listed]] = field(default_factory=list)
    names_parties: bool = False
    goes_on: bool = False  # a sentence that ends in ":" goes on in the items
    stands_alone: bool = True  # an item at the top of a page or behind a rule, as navigation is

    def read(self, block: Block) -> Listed:
        """What the list that ``block`` is an item of says of it."""
        if block.kind == "item":
            while self.open and self.open[-1][0] >= block.indent:
                self.open.pop()
            listed = self.open[-1][1] if self.open else ""
            if block.text.endswith(":"):
                self.open.append((block.indent, _polarity_within(listed, block.text)))
            return listed
        self.stands_alone = block.kind == "rule"
        if block.kind != "rule":
            leads_in = _leads_in(block)
            self.goes_on = leads_in and block.kind != "heading"
            self.open = [(-1, polarity(block.text))] if leads_in else []
            if leads_in:
                self.names_parties = PARTIES.search(block.text) is not None
        return ""


def _leads_in(block: Block) -> bool:
    return block.kind == "heading" or block.text.rstrip("*_ ").endswith(":")


def _polarity_within(listed: Listed, item: str) -> Listed:
    """Of an item that leads in further ones: they stand under what ``listed`` says unless it names who may or must."""
    return (
        listed
        if listed and WHO_MAY.search(fold_markdown(item[-LONGEST_LEAD_IN:])) is None
        else polarity(item) or listed
    )


def polarity(lead_in: str) -> Listed:
    """Does the lead-in forbid or allow what follows? Empty if it does neither.

    >>> polarity("You may not:"), polarity("You may:"), polarity("We collect:")
    ('forbidden', 'allowed', '')
    """
    words = fold_markdown(lead_in[-LONGEST_LEAD_IN:])
    if FORBIDS.search(words):
        return "forbidden"
    return "allowed" if ALLOWS.search(words) else ""
