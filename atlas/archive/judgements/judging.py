"""What every judgement about the archive needs: a person who may, and a reason that stays."""

from atlas.models import User


class Refused(Exception):
    """A judgement that is not recorded; the message is the sentence that the person reads."""


def check_permission(by: User, permission: str, to_do: str) -> None:
    """Raises Refused unless ``by`` is active and has ``permission`` ("atlas.add_noiserule")."""
    if not (by.is_active and by.has_perm(permission)):
        raise Refused(f"Your role does not let you {to_do}. A managing editor can change roles.")


def check_words(words: str, what: str) -> str:
    """``words`` without white space around and null bytes; Refused with "Please give ``what``" if nothing is left."""
    words = words.replace("\0", "").strip()
    if not words:
        raise Refused(f"Please give {what}: it stays in the record.")
    return words
