"""What a page carries beside its terms: labels of links, navigation, contents, consent panels, failed parts.

Such text comes and goes with the site's design. It counts as noise only where it says nothing that binds anybody.
"""

from atlas.archive.changes.names import MODALS, NEGATIONS
from atlas.archive.changes.page_words import is_page_word, same_copyright
from atlas.archive.changes.surroundings import Surroundings, is_label
from atlas.archive.changes.whole_text import WholeText
from atlas.archive.gate.error_pages import looks_like
from atlas.archive.texts.sentences import Sentence

LONGEST_LABEL = 12  # words
PART = 0.3  # share of a failed capture's sentences that it has to have in common, if only a part of it failed
NOT_CAPTURED = "Part of the page could not be captured before or after."


def noise_between(before: Sentence, after: Sentence, around: Surroundings) -> str:
    """Why a sentence that gave way to another is furniture of the page; empty if it may be terms."""
    if gone := _failed(before, None, around):
        return gone if _failed(None, after, around) else ""
    if _is_furniture(before) and _is_furniture(after):
        return "Only the label of a link changed."
    if same_copyright(before, after):
        return "Only the year of the copyright line changed."
    if is_label(before) and is_label(after) and _is_contents(before, around.old) and _is_contents(after, around.new):
        return "Only an entry of the table of contents was renamed, as its heading was."
    return ""


def noise_alone(sentence: Sentence, *, is_new: bool, around: Surroundings) -> str:
    """Why a sentence that came or went by itself is furniture of the page; empty if it may be terms."""
    if failed := _failed(None, sentence, around) if is_new else _failed(sentence, None, around):
        return failed
    if _is_furniture(sentence):
        return "Only a link came or went."
    if sentence.key in (around.panels_new if is_new else around.panels_old):
        return "Only a menu or a panel that asks for consent came or went."
    if sentence.key in (around.notices_new if is_new else around.notices_old):
        return "Only the rest of an announcement that the terms changed came or went."
    own = around.new if is_new else around.old
    if _is_contents(sentence, own):
        return "Only an entry of the table of contents came or went."
    if is_page_word(sentence):
        return "Only a label or a line of the page itself came or went."
    return ""


def _is_contents(sentence: Sentence, own: WholeText) -> bool:
    return not sentence.is_heading and sentence.key in own.headings


def _is_furniture(sentence: Sentence) -> bool:
    """Is it the label of a link that obliges and forbids nothing?"""
    words = sentence.key.split()
    return sentence.is_link and len(words) <= LONGEST_LABEL and not any(word in MODALS | NEGATIONS for word in words)


def _failed(before: Sentence | None, after: Sentence | None, around: Surroundings) -> str:
    """Did the sentence go with a page that failed, come back with it, or belong to the failure itself?"""
    if around.failed_new and (after is None or _says_failure(after, around)):
        return NOT_CAPTURED
    if around.failed_old and before is not None and (looks_like(before.text, False) or not around.stood_before(before)):
        return NOT_CAPTURED
    if around.failed_old and after is not None and around.stood_before(after):
        return NOT_CAPTURED
    return ""


def _says_failure(sentence: Sentence, around: Surroundings) -> bool:
    """Is it a line of the error, or of a page that is not the document at all?"""
    return bool(looks_like(sentence.text, False)) or around.share_kept < PART
