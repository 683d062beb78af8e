"""Intrusions: traces of our own prompt in an analysis, and text in the wording that speaks to a model."""

import re
from collections.abc import Iterator
from functools import cache

from analysis.checks.base import Check, Problem, Subject
from atlas.config import BASE_DIR

PROMPTS = BASE_DIR / "prompts"
COPIED_WORDS = 10  # as many words in a row that stand in a prompt were copied from it
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019-][a-z0-9]+)*")
_TEMPLATE_MARK = re.compile(r"{[{%#].*?[}%#]}", re.DOTALL)

_BOUNDARY = r"<<\s*[\w-]{1,40} (?:provision|previous|neighbours|end)\s*>>|<<[0-9a-f]{6,}"
_BLOCK = r"\[[PB]\d{1,3}\]|\(blocks? [PB]\d{1,3}\b|\bblocks? [PB]\d{1,3}\b"
_PHRASES = (
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|preceding|foregoing)\b"
    r"[^.\n]{0,20}\b(?:instructions?|prompts?|rules|messages?)\b"
    r"|\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b|\bI(?:'m| am) (?:an AI|a language model)\b"
    r"|\bsystem prompt\b|\bmy instructions\b|\bI (?:cannot|can't|can not|am unable to) (?:assist|help|comply|provide)\b"
    r"|\b(?:here is|here's) the (?:analysis|JSON|draft)\b|\bas requested\b|\bknowledge cutoff\b|\btraining cutoff\b"
)
_CODE = r"```|\{\s*\"\w{1,40}\"\s*:|\"\w{1,40}\"\s*:\s*[\[{\"]|^\s*(?:def|import|SELECT|function)\s.*[;({]\s*$"
_ROLES = r"<\|[\w-]{1,30}\|>|\[/?INST\]|^\s*(?:system|assistant|user|human)\s*:"
_BASE64 = r"(?<![\w/+])(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*\d)[A-Za-z0-9+/]{40,}={0,2}|\b[0-9a-f]{32,}\b"
_ECHOES = re.compile("|".join((_BOUNDARY, _BLOCK, _PHRASES, _CODE, _ROLES)), re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(_BASE64)

# In a wording, ordinary words about prompts and models are common; only what speaks to a model is not.
_MODEL = (
    r"(?:AIs?|A\.I\.|LLMs?|(?:large )?language models?|AI (?:models?|assistants?|agents?|systems?)|chatbots?|GPTs?)"
)
_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|preceding)\b[^.\n]{0,20}"
    r"\b(?:instructions?|prompts?|directions?)\b"
    rf"|\b(?:if|when|since) you are (?:an? )?{_MODEL}\b|\byou are now (?:an? )?(?:{_MODEL}|assistant|reviewer)\b"
    rf"|\b(?:note|notice|message|instructions?|attention)(?: to| for|,|:) (?:any |all |the )?{_MODEL}\b"
    rf"|\b{_MODEL}s?,? (?:reading|analy[sz]ing|summari[sz]ing|reviewing|processing) this\b"
    r"|\bnew (?:system )?instructions?\s*:|\byour (?:new )?system prompt (?:is|says)\b"
    r"|\b(?:rate|score|classify|describe|summari[sz]e) this (?:provision|clause|section|document|policy|text) as\b"
    r"|\b(?:respond|reply|answer|output) (?:only )?(?:with|in) (?:the (?:word|following)|JSON)\b"
    r"|\bdo not (?:mention|reveal|report|flag|cite|quote) (?:this|these|the following) (?:text|instructions?|passage)\b"
    r"|<\|[\w-]{1,30}\|>|\[/?INST\]|^[ \t]*(?:system|assistant)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_HIDDEN_LETTERS = re.compile("[\U000e0020-\U000e007f]{4,}|[\u202a-\u202e\u2066-\u2069]|[\u200b\u2060-\u2064]{8,}")


def _echoes(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in _ECHOES.finditer(placed.prose):
            shown = match[0].strip()[:60]
            message = f"“{shown}” is of the drafter's instructions or answer format, not of an analysis; delete it."
            yield placed.problem(message, match.start(), match.end())
        for match in _ENCODED.finditer(placed.prose):
            message = f"“{match[0][:20]}…” is encoded data that nobody can read; delete it."
            yield placed.problem(message, match.start(), match.end())


def _copied(subject: Subject) -> Iterator[Problem]:
    known = prompt_phrases()
    for placed in subject.sentences:
        words = list(_WORD.finditer(placed.prose.lower()))
        for place in range(len(words) - COPIED_WORDS + 1):
            run = words[place : place + COPIED_WORDS]
            if hash(tuple(word[0] for word in run)) in known:
                message = "These words are copied from the drafter's instructions; say what the provision states."
                yield placed.problem(message, run[0].start(), run[-1].end())
                break


def _addressed_to_a_model(subject: Subject) -> Iterator[Problem]:
    """Of the wording, so without a place in the analysis."""
    for match in list(_ADDRESSED.finditer(subject.wording))[:3]:
        words = " ".join(subject.wording[match.start() : match.end() + 60].split())
        yield Problem(
            f"The archived text says “{words[:120]}”, which reads as addressed to a model. "
            "Read the draft against the text with more than usual care."
        )
    if _HIDDEN_LETTERS.search(subject.wording):
        yield Problem(
            "The archived text has characters that a reader cannot see and a model can. "
            "Read the draft against the text with more than usual care."
        )


@cache
def prompt_phrases() -> frozenset[int]:
    """Hashes of every run of ten words in any version of a prompt."""
    found: set[int] = set()
    for path in (*PROMPTS.glob("*/*/*.md"), *PROMPTS.glob("partials/*.md")):
        text = _TEMPLATE_MARK.sub("\n\n", path.read_text(encoding="utf-8"))
        for paragraph in re.split(r"\n\s*\n|\n- ", text):
            words = _WORD.findall(paragraph.lower())
            found.update(hash(tuple(words[i : i + COPIED_WORDS])) for i in range(len(words) - COPIED_WORDS + 1))
    return frozenset(found)


CHECKS = (
    Check("instruction-echo", "blocker", _echoes, "It holds no instructions, codes or answer formats."),
    Check("prompt-copied", "blocker", _copied, "Nothing is copied from the drafter's instructions."),
    Check(
        "source-instructions",
        "warning",
        _addressed_to_a_model,
        "The archived text does not speak to a model.",
    ),
)
