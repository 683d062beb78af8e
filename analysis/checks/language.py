"""Language: neutral about the platform, no verdicts, no advice, no links."""

import re
from collections.abc import Callable, Iterator

from analysis.checks.base import Check, Problem, Subject

# "violates the policy" is the platform's rule, "illegal content" a term of law: neither is our verdict.
_OF_RULES = r"(?!.{0,40}\b(?:terms|polic(?:y|ies)|rules|guidelines|agreement|conditions|clause|restrictions)\b)"
_CONCLUSION = re.compile(
    rf"\bviolat(?:es?|ed|ing)\b{_OF_RULES}|\bin violation of\b{_OF_RULES}"
    r"|\billegal(?:ly)?\b(?! (?:content|use|goods|acts?))|\bunenforceable\b|\bnon-?complian(?:t|ce)\b"
    r"|\bbreach(?:es)? (?:the )?law\b|\b(?:is|are) (?:unlawful|void|invalid)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\byou (?:should|must|ought|need to|may want to|can sue|could sue)\b|\bwe (?:recommend|advise|suggest)\b"
    r"|\b(?:consult|contact|ask|seek) (?:a|an|your) (?:lawyer|attorney|solicitor|counsel)\b|\bseek legal advice\b"
    r"|\byour (?:lawyer|legal rights|best option)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"</?[A-Za-z!][^>\n]{0,200}>?|\bhttps?:|\bwww\.|\b(?:javascript|data):\S|\]\([^)\n]{0,200}\)?|[\w.+-]{1,64}@[\w-]{1,63}\.\w",
    re.IGNORECASE,
)
_HIDDEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_STRONG = re.compile(r"\b(?:must|prohibits?|prohibited|requires?|required|always|never|guarantees?|commits?)\b", re.I)
_WEAK_QUOTE = re.compile(r"\b(?:may|might|can|could|reserves? the right)\b(?! not\b)", re.I)
_STRONG_QUOTE = re.compile(
    r"\b(?:must|shall|will|never|always|required?s?|prohibit\w*|cannot|not|won't|don't|agree)\b", re.I
)


def _every(pattern: re.Pattern[str], message: str) -> Callable[[Subject], Iterator[Problem]]:
    """A check that calls each hit of ``pattern`` in the prose a problem; ``{}`` in the message is what was hit."""

    def find(subject: Subject) -> Iterator[Problem]:
        for placed in subject.sentences:
            for match in pattern.finditer(placed.prose):
                yield placed.problem(message.format(match[0].strip()), match.start(), match.end())

    return find


def _modality(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        quoted = " ".join(quote.text for quote in placed.sentence.quotes)
        strong = _STRONG.search(placed.prose)
        if strong and _WEAK_QUOTE.search(quoted) and not _STRONG_QUOTE.search(quoted):
            message = (
                f"The sentence says “{strong[0]}”, the words it quotes only “{_weak(quoted)}”. Is that what they say?"
            )
            yield placed.problem(message, strong.start(), strong.end())


def _weak(quoted: str) -> str:
    found = _WEAK_QUOTE.search(quoted)
    return found[0] if found else ""


CHECKS = (
    Check(
        "legal-conclusion",
        "blocker",
        _every(_CONCLUSION, "“{}” is a legal conclusion; say what the text states and which law is relevant."),
        "It draws no legal conclusions.",
    ),
    Check(
        "advice",
        "blocker",
        _every(_ADVICE, "“{}” advises the reader; Atlas describes and does not advise."),
        "It gives no advice to the reader.",
    ),
    Check(
        "link",
        "blocker",
        _every(_LINK, "“{}”: no HTML, links or addresses in an analysis."),
        "It contains no HTML, links or addresses.",
    ),
    Check(
        "hidden-character",
        "blocker",
        _every(_HIDDEN, "There is an invisible character here that can hide or turn text; delete it."),
        "It contains no invisible characters.",
    ),
    Check("modality", "warning", _modality, "No sentence says must where its quote says may."),
)
