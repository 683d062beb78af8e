"""Analysis text → plain paragraphs, for places without our style sheet: citations by name, interpretation by a sign."""

from collections.abc import Iterator, Mapping

from atlas import markup
from atlas.abstention import ABSTENTION, is_abstention
from atlas.models import Obligation

INTERPRETATION = "◇ "  # stands before a sentence that neither quotes nor cites
LEGEND = "“Curly marks” hold verbatim quotes of the archived text; ◇ stands before a sentence of interpretation."


def plain(text: str, obligations: Mapping[str, Obligation], jurisdictions: Mapping[str, str]) -> Iterator[str]:
    """A paragraph for each paragraph, list item and flag of ``text``."""
    if is_abstention(text):
        yield ABSTENTION
        return
    for line in markup.lines(text):
        body = " ".join(_sentence(sentence, line.body, obligations) for sentence in line.sentences)
        label = jurisdictions.get(line.label, line.label)
        yield {"text": body, "item": f"• {body}", "flag": f"{label}: {body}"}[line.kind]


def _sentence(sentence: markup.Sentence, body: int, obligations: Mapping[str, Obligation]) -> str:
    position = max(sentence.start, body)
    words: list[str] = []
    for citation in sentence.citations:
        obligation = obligations.get(citation.key)
        words.append(sentence.text[position - sentence.start : citation.start - sentence.start])
        words.append(f"[{obligation or citation.key}]")
        position = citation.end
    words.append(sentence.text[position - sentence.start :])
    return (INTERPRETATION if sentence.is_interpretation else "") + "".join(words)
