"""What a page carries beside its terms: labels of links, navigation, contents, consent panels, failed parts.

Such text comes and goes with the site's design. It counts as noise only where it says nothing that binds anybody.
"""

from atlas.archive.sentences import Sentence
from atlas.archive.surroundings import Surroundings
from atlas.archive.whole_text import WholeText

FAILED = "Part of the page could not be captured before or after."


def noise_between(before: Sentence, after: Sentence, around: Surroundings) -> str:
    if around.failed_old or around.failed_new:
        return FAILED
    if before.is_link and after.is_link:
        return "Only the label of a link changed."
    return ""


def noise_alone(sentence: Sentence, own: WholeText, around: Surroundings) -> str:
    """Why a sentence that came or went by itself is furniture of the page; empty if it may be terms."""
    if (around.failed_new and own is around.old) or (around.failed_old and own is around.new):
        return FAILED
    if sentence.is_link:
        return "Only a link came or went."
    if not sentence.is_heading and sentence.key in own.headings:
        return "Only an entry of the table of contents came or went."
    return ""
