"""Quotes as models get them wrong, and as they rewrite them without getting them wrong. Deterministic."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from analysis.passages import sentences
from atlas.archive.texts.normalising import fold_markdown
from review.sample import story

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
MODALS = ("may", "will", "must", "can", "shall", "might", "should", "could")
NEGATION = re.compile(r" (?:not|never)\b|\bno (?=\w)|n[\u2019']t\b")
NEGATABLE = re.compile(r"\b(?:may|will|must|can|shall|do|does|is|are)\b(?! not)")
SHORTEST, LONGEST = 40, 400  # characters of a passage
AROUND = 200  # characters of a rewritten piece of the raw text, at most

Alteration = Callable[[str, random.Random], str]


def sample_documents() -> list[str]:
    """The newest text of each document of the sample."""
    newest = {path: look for path, look in story.read_looks() if look.text}
    return [story.read_text(path, look) for path, look in newest.items()]


def real_documents(clone: Path) -> list[str]:
    """A handful of a real collection, the longest left out so that the tests stay quick."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(clone.glob("*/*.md"))]
    return sorted((text for text in texts if 8_000 < len(text) < 60_000), key=len)[::8]


def altered(documents: list[str], number: int) -> Iterator[tuple[str, str, str]]:
    """``number`` triples of an alteration's name, a quote that it made, and the document the quote is said to be of.

    What stands elsewhere in the document after all, word for word, is no altered quote and is left out.
    """
    dice = random.Random(1)
    words = {document: _words(document) for document in documents}
    stock = [(passage, document) for document in documents for passage in _passages(document)]
    made = 0
    while made < number:
        name, alter = list(ALTERATIONS.items())[made % len(ALTERATIONS)]
        passage, document = dice.choice(stock)
        quote = alter(passage, dice)
        if quote and _words(quote) not in words[document]:
            made += 1
            yield name, quote, document


def rewritten(documents: list[str], number: int) -> Iterator[tuple[str, str, str]]:
    """``number`` triples of a rewriting's name, the quote that it made, and the document that has its words."""
    dice = random.Random(2)
    for made in range(number):
        name, rewrite = list(REWRITINGS.items())[made % len(REWRITINGS)]
        document = dice.choice(documents)
        yield name, rewrite(_piece(document, dice), dice), document


def _passages(document: str) -> list[str]:
    return [text for text in sentences(document) if SHORTEST <= len(text) <= LONGEST and len(WORD.findall(text)) > 6]


def _words(text: str) -> str:
    return f" {' '.join(WORD.findall(fold_markdown(text)))} "


def _piece(document: str, dice: random.Random) -> str:
    """Some characters of the raw text from word to word: of one line, or of two."""
    while True:
        start = dice.randrange(len(document))
        start = document.rfind(" ", 0, start) + 1
        end = document.find(" ", min(start + dice.randrange(SHORTEST, AROUND), len(document) - 1))
        piece = document[start:end].strip()
        if end > 0 and len(WORD.findall(piece)) > 4 and _is_fair(piece):
            return piece


def _is_fair(piece: str) -> bool:
    """Not cut in the middle of a link, an underline or a table: no reader sees such a piece."""
    bare = re.sub(r"\[[^\[\]]*\]\([^()\s]*\)", "", piece)
    return not re.search(r"[-=]{4,}|[|\[\]]|://", bare) and not piece.count("**") % 2 and piece[0] not in "#\\"


def _replaced(pattern: str | re.Pattern[str], by: Callable[[str, random.Random], str]) -> Alteration:
    """One hit of ``pattern``, any, replaced; nothing if there is none."""

    def alter(passage: str, dice: random.Random) -> str:
        hits = list(re.finditer(pattern, passage))
        if not hits:
            return ""
        hit = dice.choice(hits)
        return passage[: hit.start()] + by(hit[0], dice) + passage[hit.end() :]

    return alter


def _without_a_word(passage: str, dice: random.Random) -> str:
    inner = list(WORD.finditer(passage))[1:-1]
    word = dice.choice(inner)
    return passage[: word.start()] + passage[word.end() :].lstrip()


def _with_ellipsis(passage: str, dice: random.Random) -> str:
    inner = list(WORD.finditer(passage))[1:-2]
    first = dice.randrange(len(inner))
    last = dice.randrange(first, len(inner))
    return passage[: inner[first].start()] + dice.choice(("…", "...", "[…]")) + passage[inner[last].end() :]


def _reordered(passage: str, dice: random.Random) -> str:
    words = passage.split()
    place = dice.randrange(len(words) - 1)
    words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


ALTERATIONS: dict[str, Alteration] = {
    "negation put in": _replaced(NEGATABLE, lambda word, dice: f"{word} {dice.choice(('not', 'never'))}"),
    "negation taken out": _replaced(NEGATION, lambda word, dice: ""),
    "number changed": _replaced(r"\d+", lambda word, dice: str(int(word) + dice.choice((1, 10, 60)))),
    "digit dropped": _replaced(r"\d{2,}", lambda word, dice: word[1:] if dice.random() < 0.5 else word[:-1]),
    "modal changed": _replaced(
        rf"\b(?:{'|'.join(MODALS)})\b", lambda word, dice: dice.choice([modal for modal in MODALS if modal != word])
    ),
    "or for and": _replaced(r"\b(?:and|or)\b", lambda word, dice: "or" if word == "and" else "and"),
    "words left out with an ellipsis": _with_ellipsis,
    "a word dropped": _without_a_word,
    "two words changed round": _reordered,
    "another ending": _replaced(r"\b\w{4,}s\b", lambda word, dice: word[:-1]),
}


def _curly(piece: str, dice: random.Random) -> str:
    piece = re.sub(r'"([^"\n]*)"', r"“\1”", piece)
    return piece.replace("'", "\u2019")


def _straight(piece: str, dice: random.Random) -> str:
    return piece.translate(str.maketrans("“”\u2018\u2019«»", '""\'\'""'))


def _spaced(piece: str, dice: random.Random) -> str:
    return re.sub(r"\s+", lambda _: dice.choice((" ", "\u00a0", "  ", "\n", "\u202f")), fold_markdown(piece))


def _dashed(piece: str, dice: random.Random) -> str:
    return re.sub(r"[-\u2010-\u2014]", lambda _: dice.choice("-\u2010\u2011\u2013\u2014"), fold_markdown(piece))


def _without_links(piece: str, dice: random.Random) -> str:
    return re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", piece)


def _without_emphasis(piece: str, dice: random.Random) -> str:
    return re.sub(r"\*\*|(?<!\w)_|_(?!\w)|(?<!\S)\*(?=\S)|(?<=\S)\*(?!\S)", "", piece)


def _unescaped(piece: str, dice: random.Random) -> str:
    return re.sub(r"\\([.\-()_*])", r"\1", piece)


def _without_list_marks(piece: str, dice: random.Random) -> str:
    return re.sub(r"(?m)^[ \t]*[*+-][ \t]+", "", piece)


REWRITINGS: dict[str, Alteration] = {
    "copied": lambda piece, dice: piece,
    "curly quotes": _curly,
    "straight quotes": _straight,
    "white space": _spaced,
    "dashes": _dashed,
    "links as their text": _without_links,
    "emphasis dropped": _without_emphasis,
    "escapes dropped": _unescaped,
    "list marks dropped": _without_list_marks,
    "all of it as read": lambda piece, dice: _straight(fold_markdown(piece), dice),
}
