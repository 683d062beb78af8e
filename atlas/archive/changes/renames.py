"""Names that changed all through a version: a product that is called otherwise says nothing new in each sentence.

Told by the pair of versions, not by one sentence: the same name gives way to the same other name in several sentences,
hardly stands in the new version any more, and is no party to the contract. One sentence is enough where both are known
to be names of the platform. A defined term is renamed if its definition is the same but for the term. A change of a
party is never a rename, unless the sentence that identifies it, with its register number, is the same but for the name.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from atlas.archive.changes.names import binds
from atlas.archive.changes.sentence_pairs import pair_up
from atlas.archive.changes.whole_text import WholeText
from atlas.archive.texts.sentences import Sentence

FEWEST_SENTENCES = 3  # a name that changed in fewer is judged sentence by sentence
LONGEST_NAME = 5  # words
REMAINING = 0.25  # share of the old name's places that may keep it: quotations, addresses
LONGEST_SENTENCE = 1_500  # characters; looking for common words takes the square of it
MOST_SENTENCES = 400  # left over on a side; a rewrite has no renames worth the search
FORMS = (
    "inc|ltd|limited|llc|l\\.l\\.c|gmbh|ag|sas|s\\.a\\.s|sa|bv|b\\.v|ab|oy|plc|corp|corporation|co|company|pbc|pte|pty"
)
LEGAL_FORM = rf"(?:{FORMS}|private)"
CONTRACTING = (
    r"\b{name}(?:'s)?,? (?:and|or) (?:its|our|their) (?:affiliates|subsidiaries|licensors|group)"
    r"|\b{name}(?:'s)? (?:affiliates|group companies)"
    rf"|\b{{name}},? (?:{LEGAL_FORM}|ireland|international)\b"
    r"|\b(?:between|you and|(?:agree|agreement|contract|contracting|relationship) with) {name}\b|\b{name} and you\b"
)
PARTY = (
    CONTRACTING + r"|\bwith {name}\b"
    r"|\b{name} (?:reserves|warrants|disclaims|collects|processes|grants|agrees|undertakes|is not liable)\b"
    r"|\b{name} (?:shall|will|may) (?:not )?"
    r"(?:be liable|be responsible|process|collect|notify|provide|terminate|suspend)\b"
    r"|\b(?:in|within|outside|of|across|throughout) the {name}\b"  # a place
    r"|\b(?:residents?|citizens|consumers|users|laws?|courts?|resid(?:e|es|ing)|located|based|established)"
    r" (?:of|in) {name}\b"
)
FORM = re.compile(rf"(?<!\S){LEGAL_FORM}(?!\S)")
SHORT_NAME = re.compile(r"[(\"'\[]{1,3}(?:we|us|our|the company|company)[)\"'\],]", re.IGNORECASE)  # Orchard ("we")
TERM = re.compile(  # a defined term, by what stands beside it
    r'"([^"]{2,40})" (?:means?|refers? to)\b|\b(?:together|collectively|each|each an?|individually),? "([^"]{2,40})"'
)
REGISTER_NUMBER = re.compile(
    r"\b(?:regist(?:er|ry|ered|ration)|company|trade|commercial)\b.{0,80}\b(?:number|no|nr|under|n°) \d[\d .-]{4}"
)
OPENING = 12, 0.25  # sentences, and share of all, that say what the document is about


@dataclass(frozen=True, slots=True)
class Rename:
    """As words of keys."""

    old: str
    new: str


def find_renames(
    left: tuple[Sequence[Sentence], Sequence[Sentence]],
    old: WholeText,
    new: WholeText,
    platform: str = "",
    aliases: Collection[str] = (),
) -> tuple[Rename, ...]:
    """The renames between two versions, told from the sentences that are left over on each side.

    ``aliases`` are further names of the ``platform``, former and later ones; all are words of keys.
    """
    if not left[0] or not left[1] or max(map(len, left)) > MOST_SENTENCES:
        return ()
    sentences: Counter[Rename] = Counter()
    identified: set[Rename] = set()
    defined: set[Rename] = set()
    for before, after in pair_up(*left):
        if before is None or after is None or max(len(before.key), len(after.key)) > LONGEST_SENTENCE:
            continue
        swaps = set(_swaps(before.key.split(), after.key.split()))
        sentences.update(swaps)
        if len(swaps) == 1:
            defined |= {swap for swap in swaps if _defines(swap, before, after) and _is_new_term(swap, old, new)}
        if len(swaps) == 1 and REGISTER_NUMBER.search(before.key):
            identified |= {swap for swap in swaps if _is_same_party(swap, old, new)}
    known = {platform, *aliases} if aliases else set()
    return tuple(
        rename
        for rename, count in sentences.items()
        if rename in identified
        or (_forms(rename) & defined and sum(map(sentences.__getitem__, _forms(rename))) >= FEWEST_SENTENCES)
        or (rename.old in known and rename.new in known and not _is_any_party(rename, old, new, CONTRACTING))
        or (count >= FEWEST_SENTENCES and _is_rename(rename, old, new, platform))
    )


def apply_renames(key: str, renames: Iterable[Rename]) -> str:
    for rename in renames:
        key = re.sub(rf"(?<!\S){re.escape(rename.old)}(?='s\b|\s|$)", rename.new, key)
    return key


def _swaps(old: list[str], new: list[str]) -> Iterator[Rename]:
    """The places in which one short run of words that bind nobody gives way to another."""
    for step, i, j, k, m in SequenceMatcher(None, old, new, False).get_opcodes():
        if step == "equal":
            continue
        if step != "replace" and i and k:  # "Acme Cloud" became "Acme": the name is more than what is missing
            i, k = i - 1, k - 1
        gone, come = old[i:j], new[k:m]
        if 0 < len(gone) <= LONGEST_NAME and 0 < len(come) <= LONGEST_NAME and not any(map(binds, [*gone, *come])):
            yield Rename(" ".join(gone).removesuffix("'s"), " ".join(come).removesuffix("'s"))


def _forms(rename: Rename) -> set[Rename]:
    """Itself, and the same of one or of several."""
    singular = Rename(rename.old.removesuffix("s"), rename.new.removesuffix("s"))
    return {rename, singular, Rename(f"{singular.old}s", f"{singular.new}s")}


def _defines(swap: Rename, before: Sentence, after: Sentence) -> bool:
    """Is the sentence a definition that stayed the same but for the term: '"Albums" means … photos'?"""
    if swap.old not in _terms(before.text) or swap.new not in _terms(after.text):
        return False
    return apply_renames(before.key, [swap]) == after.key


def _terms(text: str) -> set[str]:
    return {(match[1] or match[2]).casefold() for match in TERM.finditer(text)}


def _is_new_term(swap: Rename, old: WholeText, new: WholeText) -> bool:
    """Is the old term out of use, and was the new one not in use for anything? And is neither a party?"""
    if new.times_said(swap.old) > REMAINING * old.times_said(swap.old):
        return False
    return not old.says(swap.new) and not _is_any_party(swap, old, new, PARTY)


def _is_same_party(swap: Rename, old: WholeText, new: WholeText) -> bool:
    """Where the register number is the same: are both names, without another legal form?"""
    return _is_name(swap.old, old) and _is_name(swap.new, new) and not FORM.search(f"{swap.old} {swap.new}")


def _is_rename(rename: Rename, old: WholeText, new: WholeText, platform: str) -> bool:
    if new.times_said(rename.old) > REMAINING * old.times_said(rename.old):
        return False
    if rename.old != platform and not (_is_name(rename.old, old) and _opens_with(rename.old, old)):
        return False
    if not _is_name(rename.new, new) or (rename.old != platform and not _opens_with(rename.new, new)):
        return False
    return not _is_any_party(rename, old, new, PARTY)


def _is_any_party(rename: Rename, old: WholeText, new: WholeText, pattern: str) -> bool:
    return any(_is_party(name, whole, pattern) for name in (rename.old, rename.new) for whole in (old, new))


def _is_name(name: str, whole: WholeText) -> bool:
    """Does none of its words stand in small letters anywhere, as ordinary words and most defined terms do?"""
    return not any(word in whole.small_words for word in name.split())


def _opens_with(name: str, whole: WholeText) -> bool:
    """Is it what the document is about? The names of vendors and recipients come later."""
    end = min(OPENING[0], int(OPENING[1] * len(whole.sentences)))
    return any(f" {name} " in f" {sentence.key} " for sentence in whole.sentences[:end])


def _is_party(name: str, whole: WholeText, pattern: str) -> bool:
    """Does the text use the name as that of a party, by what stands around it or by giving it the name "we"?"""
    if re.search(pattern.replace("{name}", re.escape(name)), whole.joined) is not None:
        return True
    named = (sentence.text for sentence in whole.sentences if f" {name} " in f" {sentence.key} ")
    return any(SHORT_NAME.search(text) for text in named)
