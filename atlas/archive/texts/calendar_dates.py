"""A date as documents write it → ISO 8601, only as precise as it is written; what is ambiguous is none."""

import re
from datetime import date

_NAMES = {  # English, German, French, Spanish, Swedish; with the abbreviations in use
    1: "january jan januar januari janvier enero",
    2: "february feb februar februari février fevrier febrero",
    3: "march mar märz mars marzo",
    4: "april apr avril abril abr",
    5: "may mai mayo maj",
    6: "june jun juni juin junio",
    7: "july jul juli juillet julio",
    8: "august aug août aout agosto augusti ago",
    9: "september sept sep septembre septiembre",
    10: "october oct oktober okt octobre octubre",
    11: "november nov novembre noviembre",
    12: "december dec dezember dez décembre decembre diciembre dic",
}
MONTHS = {name: number for number, names in _NAMES.items() for name in names.split()}
_MONTH = f"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})" + r"(?![^\W\d_])\.?"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?"
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)"
_COMMA = r"(?:,\s{0,3}|\s{1,3})"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MONTH}\s{{1,3}}{_DAY}{_COMMA}{_YEAR}",  # March 1st, 2026
        rf"{_DAY}\s{{1,3}}(?:(?:day )?of |de )?{_MONTH}{_COMMA}(?:del? )?{_YEAR}",  # 1 March 2026, 1 de marzo de 2026
        rf"{_MONTH}{_COMMA}(?:del? )?{_YEAR}",  # March 2026
        rf"{_YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})(?!\d)",  # 2026-03-01
        rf"{_YEAR}\s?年\s?(?P<month>\d{{1,2}})\s?月(?:\s?(?P<day>\d{{1,2}})\s?日)?",  # 2026年3月1日
    )
)
# 13/03/2026 and 03/13/2026 can be read in one way only, 03/04/2026 in two.
_NUMERIC = re.compile(rf"(?<!\d)(?P<one>\d{{1,2}})(?P<sign>[-/.])(?P<other>\d{{1,2}})(?P=sign){_YEAR}")


def read_date(text: str, at: int = 0) -> tuple[str, int] | None:
    """The date that begins at ``at``, with its end; None if there is none, or none that is in the calendar.

    >>> read_date("March 1st, 2026"), read_date("Juli 2026"), read_date("31.02.2026")
    (('2026-03-01', 15), ('2026-07', 9), None)
    """
    for pattern in _PATTERNS:
        if match := pattern.match(text, at):
            month = MONTHS.get(match["month"].lower()) or int(match["month"])
            day = match.groupdict().get("day")
            return _written(match, month, int(day) if day else None)
    if match := _NUMERIC.match(text, at):
        one, other = int(match["one"]), int(match["other"])
        if max(one, other) > 12 or one == other:
            return _written(match, min(one, other), max(one, other))
    return None


def _written(match: re.Match[str], month: int, day: int | None) -> tuple[str, int] | None:
    try:
        value = date(int(match["year"]), month, day or 1).isoformat()
    except ValueError:  # in no calendar
        return None
    return (value if day else value[:7]), match.end()
