"""Splitters of a time to come: finer and coarser ones than today's."""

from atlas.archive.provisions.splitting import SPLITTER, ProvisionText
from atlas.archive.record.rebuilding import Splitter
from atlas.archive.record.standing import split_texts


def piece(text: str, start: int, end: int) -> ProvisionText:
    return ProvisionText(start, end, text[start:end], text[start:end].split("\n")[0][:80], ())


def cut_in_sentences(text: str) -> list[ProvisionText]:
    """Finer: a provision of more than one sentence becomes two, its first sentence and the rest."""
    finer = []
    for whole in split_texts(text):
        stop = whole.text.find(". ") + 1
        if not stop:
            finer.append(whole)
            continue
        finer.append(piece(text, whole.start, whole.start + stop))
        finer.append(piece(text, whole.start + stop + 1, whole.end))
    return finer


def cut_in_pairs(text: str) -> list[ProvisionText]:
    """Coarser: every two provisions are one."""
    whole = split_texts(text)
    return [piece(text, two[0].start, two[-1].end) for two in (whole[n : n + 2] for n in range(0, len(whole), 2))]


FINER = Splitter(SPLITTER + 1, cut_in_sentences)
COARSER = Splitter(SPLITTER + 1, cut_in_pairs)
