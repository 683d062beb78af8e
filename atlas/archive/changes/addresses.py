"""Visible addresses of pages: ``https://www.acme.example/en/help`` and ``acme.example/help`` are of one host.

The page may move within its site without news; another host, or another domain of an e-mail, is news.
"""

import re

SCHEME = re.compile(r"(?<!\S)https?(?= (?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?:[ /]|$))")
PAGE = re.compile(r"(?<!\S)(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?:/[^\s@]{0,500})?(?!\S)")


def same_site(old: str, new: str) -> bool:
    """Do two keys differ only in addresses of pages, each of a host and of one within it?

    >>> same_site("see orchard.example/list", "see legal.orchard.example/list")
    True
    """
    old_words, new_words = hosts_only(old).split(), hosts_only(new).split()
    if len(old_words) != len(new_words):
        return False
    swaps = [(gone, come) for gone, come in zip(old_words, new_words, strict=True) if gone != come]
    return bool(swaps) and all(_is_within(gone, come) or _is_within(come, gone) for gone, come in swaps)


def _is_within(inner: str, outer: str) -> bool:
    return PAGE.fullmatch(outer) is not None and PAGE.fullmatch(inner) is not None and inner.endswith(f".{outer}")


def hosts_only(key: str) -> str:
    """``key`` with each address of a page as its host.

    >>> hosts_only("see https www.acme.example/en/help and write to a@acme.example")
    'see acme.example and write to a@acme.example'
    """
    if "." not in key:
        return key
    return " ".join(PAGE.sub(r"\1", SCHEME.sub("", key.replace("mailto:", ""))).split())
