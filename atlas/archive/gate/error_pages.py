"""Paragraphs that failed pages consist of: errors, checks for robots, logins, consent panels.

Judged paragraph by paragraph, because a document may be put together from several pages of which one failed. Every
pattern is tried on short paragraphs only: in longer ones these words are ordinary words. A page that reads like a
document may speak of errors in its clauses; there only a message counts, a short line that begins with these words.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 400  # characters of a paragraph that can be an error message or a button
LONGEST_MESSAGE = 120  # characters of a line that is a message and no clause
LONGEST_OPENING = 12  # characters before the words of a message: marks, "Sorry, ", "Oops! "

# Nothing but a failed page says this, even where several pages were put together and the others are fine.
FAILED = re.compile(
    r"^\W{0,4}(?:(?:we.re )?sorry\W{1,3})?(?:this|the|the requested) page (?:isn.t|is not|is currently not) available"
    r"|unexpected error (?:has )?occurred|cloudflare ray id|^\W{0,4}sorry, you have been blocked"
    r"|^\W{0,4}(?:internal server error|bad gateway|gateway time-?out|service (?:temporarily )?unavailable)\W{0,4}$"
    r"|^\W{0,4}(?:php )?fatal error: "
    r"|try reloading (?:the|this) page"
    r"|verify (?:that )?you(?:.re| are) (?:a )?human|checking your browser before"
    r"|our systems have detected unusual traffic"
    r"|^\W{0,4}(?:error )?(?:404|403|500|502|503|504)\b.{0,40}(?:not found|forbidden|error|unavailable|gateway|time)"
    r"|^\W{0,4}(?:page not found|access denied|just a moment\W{0,4}|i.m not a robot)\W{0,4}$"
    r"|^\W{0,4}(?:(?:die )?seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|p[áa]gina no encontrada"
    r"|página não encontrada|pagina non trovata|pagina niet gevonden|sidan hittades inte|siden blev ikke fundet"
    r"|sivua ei löytynyt|nie znaleziono strony|страница не найдена|ページが見つかりません|页面不存在|找不到页面"
    r"|페이지를 찾을 수 없습니다)\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
# This may also stand in a document, so it counts on short pages only.
SUSPICIOUS = {
    "an error page": re.compile(
        r"something went wrong|unexpected error|service (?:is )?(?:temporarily )?unavailable|too many requests"
        r"|bad gateway|gateway time-?out|internal server error|content isn.t available|request could not be satisfied"
        r"|page not found|access denied|(?:can.t|cannot|couldn.t) (?:find|load) (?:this|the) page"
        r"|(?:under|down for|performing) (?:scheduled )?maintenance|be right back"
        r"|link you followed (?:may be|is) broken|page may have been (?:moved|removed|deleted)"
        r"|^.{0,60}(?:isn.t|is not) available in your (?:country|region)\W{0,4}$"
        r"|this domain (?:name )?(?:is|may be) for sale|^\W{0,4}loading\W{0,4}$|^\W{0,4}oops\b"
        r"|konnte (?:leider )?nicht (?:gefunden|geladen) werden|ein (?:unerwarteter )?fehler (?:ist )?aufgetreten"
        r"|^\W{0,4}fehler\W{0,3}\d{3}\b|vorübergehend nicht (?:verfügbar|erreichbar)|wartungsarbeiten"
        r"|une erreur (?:inattendue )?(?:s.est produite|est survenue)|temporairement indisponible|en maintenance"
        r"|(?:se ha producido|ocurrió) un error|temporalmente no disponible|en mantenimiento"
        r"|ocorreu um erro|temporariamente indisponível|si è verificato un errore|temporaneamente non disponibile"
        r"|er is (?:iets|een fout) (?:mis ?gegaan|opgetreden)|ett fel (?:har )?(?:inträffat|uppstod)"
        r"|wystąpił błąd|произошла ошибка|bir hata oluştu"
        r"|エラーが発生しました|ページが見つかりません|ただいまメンテナンス|发生(?:了)?错误|页面不存在|오류가 발생",
        re.IGNORECASE,
    ),
    "a check for robots": re.compile(
        r"captcha|just a moment|unusual traffic|checking your browser|are you a robot|enable javascript"
        r"|javascript is (?:disabled|required)|enable cookies and reload",
        re.IGNORECASE,
    ),
    "a login page": re.compile(
        r"^\W{0,4}(?:please )?(?:log|sign) ?in\b.{0,60}$|(?:log|sign) ?in to (?:continue|view|your account)"
        r"|you must be (?:logged|signed) in|forgot(?:ten)? (?:your )?password\?",
        re.IGNORECASE | re.MULTILINE,
    ),
    "a consent form": re.compile(
        r"^\W{0,4}(?:accept|reject|allow|decline) all(?: cookies)?\W{0,4}$"
        r"|^\W{0,4}manage (?:cookie )?(?:preferences|consent)",
        re.IGNORECASE | re.MULTILINE,
    ),
}
CONDITION = re.compile(r"^\W{0,4}(?:if|when|where|wenn|falls|si|se|als)\b", re.IGNORECASE)  # begins a clause
# The fields of a login form stand in lines of their own, wherever the page has its legal footer.
PASSWORD = re.compile(
    r"^\W{0,4}(?:password|passwort|mot de passe|contraseña|senha|wachtwoord|lösenord)\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
ACCOUNT = re.compile(
    r"^\W{0,4}(?:e-?mail(?:[ -]?(?:address|adresse))?|user ?name|benutzername|adresse e-?mail|correo electrónico)"
    r"\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
# What the buttons of a consent panel say. Two different ones make a panel, wherever they stand; one may be a sentence.
BUTTON = re.compile(
    r"^\W{0,4}(?:(accept|allow|agree to) all|(reject|decline|refuse) (?:all|non-essential)"
    r"|(confirm|save|submit) (?:my )?(?:choices?|preferences|selection)"
    r"|(manage|customi[sz]e) (?:my )?(?:cookies?|cookie preferences|preferences|consent|choices?))"
    r"(?: cookies)?\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)


@lru_cache(maxsize=65_536)
def looks_like(paragraph: str, is_short_page: bool) -> str:
    """Which kind of failed page says ``paragraph``; empty if it may stand in a document."""
    if len(paragraph) >= LONGEST:
        return ""
    if FAILED.search(paragraph):
        return "an error page"
    if not is_short_page:
        return ""
    return next((kind for kind, pattern in SUSPICIOUS.items() if pattern.search(paragraph)), "")


@lru_cache(maxsize=65_536)
def is_message(paragraph: str) -> bool:
    """Does ``paragraph`` say so in a line of its own, as pages do and clauses do not?"""
    return any(
        match is not None and match.start() <= LONGEST_OPENING
        for line in paragraph.split("\n")
        if len(line) <= LONGEST_MESSAGE and not CONDITION.match(line)
        for match in (pattern.search(line) for pattern in (FAILED, *SUSPICIOUS.values()))
    )


def has_login_form(text: str) -> bool:
    """Does the page ask for an account and its password?"""
    return PASSWORD.search(text) is not None and ACCOUNT.search(text) is not None


def consent_buttons(paragraphs: Iterable[str]) -> frozenset[str]:
    """What the consent buttons among ``paragraphs`` do, as verbs: two or more are a panel."""
    return frozenset().union(*map(_buttons_of, paragraphs))


@lru_cache(maxsize=65_536)
def _buttons_of(paragraph: str) -> frozenset[str]:
    if len(paragraph) >= LONGEST:
        return frozenset()
    return frozenset(verb.lower() for match in BUTTON.finditer(paragraph) for verb in match.groups() if verb)
