"""Visible addresses of pages: ``https://www.acme.example/en/help`` and ``acme.example/help`` are of one host.

The page may move within its site without news; another host, or another domain of an e-mail, is news.
"""

import re

SCHEME = re.compile(r"(?<!\S)https?(?= (?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?:[ /]|$))")
PAGE = re.compile(r"(?<!\S)(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?:/[^\s@]{0,500})?(?!\S)")


def hosts_only(key: str) -> str:
    """``key`` with each address of a page as its host.

    >>> hosts_only("see https www.acme.example/en/help and write to a@acme.example")
    'see acme.example and write to a@acme.example'
    """
    if "." not in key:
        return key
    return " ".join(PAGE.sub(r"\1", SCHEME.sub("", key.replace("mailto:", ""))).split())
