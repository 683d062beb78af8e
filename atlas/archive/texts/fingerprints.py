"""The third hash of a text: what it says apart from its dates and digits. Raw and folded are the other two."""

import hashlib
import re
from functools import lru_cache

from atlas.archive.texts.calendar_dates import MONTHS
from atlas.archive.texts.normalising import fold_line

_MONTH = f"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})" + r"\.?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º)?"
# Months only where a year stands with them: "you may" has no date.
_DATE = re.compile(
    rf"(?<![^\W_])(?:\d{{1,2}}{_ORDINAL},? (?:(?:day )?of |de )?)?{_MONTH}(?: \d{{1,2}}{_ORDINAL})?,? (?:del? )?\d{{4}}"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4} ?年 ?\d{1,2} ?月(?: ?\d{1,2} ?日)?"
    r"|(?<![^\W_])(?:\d{1,3}|an?|one) (?:minute|hour|day|week|month|year)s? ago"
    r"|(?<![^\W_])(?:yesterday|today)(?![^\W_])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d++(?:[.,]\d++)*+")


def fingerprint_sha256(text: str) -> str:
    """The hash of ``text`` as a reader sees it, without dates and digits: versions that share it differ in those only.

    Lines are remembered, because consecutive versions share nearly all of them.
    """
    words = filter(None, map(_undated, text.splitlines()))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


@lru_cache(maxsize=65_536)
def _undated(line: str) -> str:
    """One folded line without dates and digits.

    >>> _undated("*   Updated: **March 1st, 2026**; we keep it for 30 days.")
    'Updated: ; we keep it for days.'
    """
    folded = fold_line(line)
    if any(map(str.isdigit, folded)) or "ago" in folded or "day" in folded:
        folded = _DIGITS.sub("", _DATE.sub("", folded))
    return " ".join(folded.split())
