"""Language: neutral about the platform, no verdicts, no advice, no links."""

import re
from collections.abc import Callable, Iterator

from analysis.checks.base import Check, Problem, Subject
from atlas.abstention import is_abstention
from atlas.archive.texts.languages import NAMES, language_between, language_of

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


_MARKDOWN = re.compile(r"\*\*|__|`|^#{1,6} |^>\s|~~", re.MULTILINE)
FEWEST_WORDS = 12  # in less than a sentence, names and titles decide
_ENGLISH = (
    "The text states what the platform may do with it, and that it is for you to say if you do not want this to be."
)


def _not_english(subject: Subject) -> Iterator[Problem]:
    """Quotes and titles may be in the language of the document; a part's own words are English."""
    parts = [part for part, text in subject.parts.items() if part != "title" and not is_abstention(text)]
    found = {part: language_of(subject.prose_of(part)) for part in parts}
    found = {part: language for part, language in found.items() if language not in ("", "en")}
    whole = " ".join(map(subject.prose_of, parts))
    if not found and len(whole.split()) >= FEWEST_WORDS:
        found = {"summary": language_between(_ENGLISH, whole)}
    for part, language in found.items():
        if language:
            yield Problem(f"This part is written in {NAMES.get(language, language)}; write it in English.", part)


def _every(pattern: re.Pattern[str], message: str) -> Callable[[Subject], Iterator[Problem]]:
    """A check that calls each hit of ``pattern`` in the prose a problem; ``{}`` in the message is what was hit."""

    def find(subject: Subject) -> Iterator[Problem]:
        for placed in subject.sentences:
            for match in pattern.finditer(placed.prose):
                yield placed.problem(message.format(match[0].strip()), match.start(), match.end())

    return find


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
    Check("not-english", "blocker", _not_english, "It is written in English."),
    Check(
        "markdown",
        "warning",
        _every(_MARKDOWN, "“{}” is Markdown, which readers would see as it stands."),
        "It contains no Markdown.",
    ),
    Check(
        "hidden-character",
        "blocker",
        _every(_HIDDEN, "There is an invisible character here that can hide or turn text; delete it."),
        "It contains no invisible characters.",
    ),
)
