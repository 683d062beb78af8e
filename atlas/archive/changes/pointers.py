"""Sentences that only lead elsewhere: to further reading, to whom to ask, or to the list that follows them.

What a pointer leads to may be a right, a part of the contract or the way to use a right: then it is none.
"""

import re

from atlas.archive.changes.banners import BINDS, says_more
from atlas.archive.texts.sentences import Sentence

POINTER = re.compile(
    r"^(?:learn|find out|read) (?:more|how|about)\b.{0,140}$"
    r"|^(?:see|visit|go to) (?:our|the) (?:help|support|faq)\b.{0,60}$"
    r"|^(?:if you (?:would like|want|wish) to (?:learn|know|read|find out) more|to (?:learn|know|read|find out) more"
    r"|for (?:more|further|additional) (?:information|details)|for details)\b.{0,120}"
    r"\b(?:see|visit|refer to|read|check|go to|click)\b.{0,120}$",
    re.IGNORECASE,
)
MATTERS = re.compile(  # what a pointer to it gives a right to, or makes part of the contract
    r"\b(?:opt|requests?|object|withdraw|delet\w{1,5}|rights?|exercise|complain\w{0,4}|terminat\w{1,5}"
    r"|cancel\w{0,8}|refund\w{0,3}"
    r"|sub-?processors?|addendum|agreement|incorporated|governs?|part of|appl(?:y|ies))\b",
    re.IGNORECASE,
)
MORE = r"(?:more|further|additional)(?: detailed)? (?:information|details)"
FURTHER_FORMS = re.compile(
    rf"^(?:please )?(?:see|visit|read|check(?: out)?|consult|refer to) .{{1,100}}"
    rf"\b(?:for {MORE}|to (?:learn|read|find out) more)\b.{{0,120}}$"
    rf"|^{MORE}\b.{{0,80}}\b(?:is|are) (?:available|provided|set out|found) (?:in|at|on|here|from|under)\b.{{0,80}}$"
    rf"|^you (?:can|may) (?:also )?(?:find|read|get|learn|see) (?:out )?"
    rf"(?:{MORE}|more (?:about|in|at|on|here))\b.{{0,120}}$",
    re.IGNORECASE,
)
YOU_CAN = re.compile(r"^you (?:can|may) ", re.IGNORECASE)
CONTACT = re.compile(
    r"^(?:for|if you have)(?: any| other| further)? (?:questions?|comments|feedback|suggestions)"
    r"(?P<about>(?: (?!please|contact|e-?mail|write|reach)[\w']{1,20}){0,12}),? "
    r"(?:please )?(?:contact|e-?mail|write to|reach out to|reach) (?:us )?(?:at|to|by e-?mail at|via)? ?",
    re.IGNORECASE,
)
ASK_US = re.compile(  # whom to ask about anything, without a word of how
    r"^if you have (?:any )?(?:other |further )?(?:questions|comments|queries)(?: or (?:questions|comments|concerns))?"
    r"(?: (?:about|on|regarding) [\w' ]{1,60})?,? (?:please )?(?:feel free to )?"
    r"(?:contact|reach out to|get in touch with|write to|e-?mail) us\W*$",
    re.IGNORECASE,
)
LEADING_WORDS = (
    "this these they it which that include includes included including for example examples instance such as some"
    " here are is of the following"
)
LEADS_IN = frozenset(LEADING_WORDS.split())
OF_EXAMPLES = "include includes including example examples instance such"
EXAMPLE_WORDS = frozenset(OF_EXAMPLES.split())
LONGEST_LEAD_IN = 6  # words


def is_pointer(sentence: str) -> bool:
    """Does the sentence only say where to read more, or that one may ask?

    >>> is_pointer("See the Fees section for more information about paper."), is_pointer("See the fees that you owe.")
    (True, False)
    """
    if ASK_US.match(sentence) is not None:
        return MATTERS.search(sentence) is None
    match = POINTER.match(sentence) or FURTHER_FORMS.match(sentence)
    if match is None or MATTERS.search(sentence) is not None or says_more(sentence):
        return False
    return BINDS.search(YOU_CAN.sub("", sentence.removeprefix("If ").removeprefix("if "))) is None


def is_empty_lead_in(sentence: Sentence) -> bool:
    """Does it only announce examples ("This includes:", "For example:"), without a word of what they are of?"""
    words = sentence.key.split()
    if sentence.text[-1] != ":" or len(words) > LONGEST_LEAD_IN or sentence.kind == "table":
        return False
    return LEADS_IN.issuperset(words) and not EXAMPLE_WORDS.isdisjoint(words)


def same_contact(before: str, after: str) -> bool:
    """Do both tell whom to ask about anything, at the same address?"""
    one, two = CONTACT.match(before), CONTACT.match(after)
    if one is None or two is None or BINDS.search(one["about"] + two["about"]) or MATTERS.search(one[0] + two[0]):
        return False
    return before[one.end() :].strip(" .!") == after[two.end() :].strip(" .!")
