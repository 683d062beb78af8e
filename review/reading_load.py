"""How much an approver has to read: what differs from the analysis that readers see now."""

from atlas.models import TEXT_FIELDS, AnalysisText


def words_to_read(head: AnalysisText, live: AnalysisText | None) -> int:
    """The words of the parts of ``head`` that say something else than ``live``; of all parts without one."""
    texts = ((getattr(head, name), getattr(live, name) if live else "") for name in TEXT_FIELDS)
    return sum(count_words(text) for text, before in texts if text != before)


def count_words(text: str) -> int:
    """
    >>> count_words("We keep it\\n30 days.")
    5
    """
    return len(text.split())
