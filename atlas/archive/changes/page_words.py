"""What a page says of itself, whoever runs it: "Table of contents", "Back to top", "5 min read", a copyright line.

Facts of the form of web pages. Each has to be the whole of a block: an item that a list leads in may say anything.
"""

import re

from atlas.archive.changes.names import binds
from atlas.archive.gate.error_pages import consent_buttons
from atlas.archive.texts.sentences import Sentence, sentence_key

ABOUT_THE_PAGE = (
    "contents",
    "table of contents",
    "on this page",
    "in this article",
    "in this section",
    "skip to content",
    "skip to main content",
    "jump to content",
    "back to top",
    "back to the top",
    "return to top",
    "scroll to top",
    "share this page",
    "share this article",
    "print this page",
    "download pdf",
    "download as pdf",
    "expand all",
    "collapse all",
    "show more",
    "show less",
    "read more",
    "learn more",
    "read less",
    "see more",
    "loading",
    "related articles",
    "related resources",
)
LABELS = frozenset(ABOUT_THE_PAGE)
FORM = re.compile(
    r"^was this (?:(?:page|article|information|content|answer) )?(?:helpful|useful)$"
    r"|^(?:reading time )?\d{1,2} min(?:ute)?s?(?: read| to read)$"
    r"|^home(?: [>/] [\w&' -]{1,40}){1,5}$"
)
COPYRIGHT = re.compile(r"^(?:©|\(c\)|copyright\b(?= ?(?:©|\(c\)|\d)))", re.IGNORECASE)
YEARS = re.compile(r"\b(?:19|20)\d\d(?: ?- ?(?:(?:19|20)\d\d|present))?\b")
LONGEST_LINE = 14  # words
RESERVED = frozenset(("all", "present"))  # "All rights reserved"
MENU_WORDS = (
    "about,about us,api,blog,careers,changelog,community,company,contact,contact us,customers,developers,docs"
    ",documentation,download,downloads,enterprise,events,faq,faqs,features,get started,help,help center,help centre"
    ",home,jobs,learn,log in,login,log out,my account,news,newsroom,partners,press,pricing,product,products,register"
    ",research,resources,search,shop,sign in,sign up,solutions,status,store,support,team"
)
MENU = frozenset(MENU_WORDS.split(","))


def is_page_word(sentence: Sentence) -> bool:
    """Is it a label, a button or a line of the page itself?"""
    if not sentence.is_block or sentence.kind not in ("paragraph", "heading"):
        return False
    if sentence.key in LABELS or FORM.match(sentence.key) is not None or consent_buttons([sentence.text]):
        return True
    return is_copyright(sentence)


def is_copyright(sentence: Sentence) -> bool:
    """Is it the line at the foot of a page: "© 2026 Orchard Ltd. All rights reserved."?"""
    words = _without_years(sentence).split()
    if COPYRIGHT.match(sentence.text) is None or len(words) > LONGEST_LINE or sentence.kind == "table":
        return False
    return YEARS.search(sentence.text) is not None and not any(binds(word) and word not in RESERVED for word in words)


def same_copyright(before: Sentence, after: Sentence) -> bool:
    """Do two such lines name the same owner?"""
    both = is_copyright(before) and is_copyright(after)
    return both and _without_years(before) == _without_years(after)


def is_menu_word(sentence: Sentence) -> bool:
    """Is it, alone in its block, what menus of sites lead to?"""
    return sentence.is_block and sentence.kind == "paragraph" and sentence.key in MENU


def _without_years(sentence: Sentence) -> str:
    return sentence_key(YEARS.sub("", sentence.text))
