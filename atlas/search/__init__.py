"""Full-text search over the texts in force, over earlier texts, and over approved analyses.

``asking.py`` reads what was typed, ``narrowing.py`` what it is narrowed to, ``finding.py`` has the rows,
``snippets.py`` the words around a hit. How it is kept and what it costs: docs/decisions/0020-search.md.
"""

from atlas.search.asking import Question, Unanswerable, in_time, read_question
from atlas.search.finding import BEST_OF, COUNTED, KINDS, Found, Kind, best, find
from atlas.search.narrowing import Narrowing
from atlas.search.snippets import Snippet, snippets

__all__ = [
    "BEST_OF",
    "COUNTED",
    "KINDS",
    "Found",
    "Kind",
    "Narrowing",
    "Question",
    "Snippet",
    "Unanswerable",
    "best",
    "find",
    "in_time",
    "read_question",
    "snippets",
]
