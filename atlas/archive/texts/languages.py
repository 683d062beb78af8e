# ruff: noqa: RUF001 (letters of other languages)
"""Which language a text is in, said only when it is sure: by its script, or by the small words that it uses.

No language model: a governance document has thousands of words, of which a third are the most frequent forty of its
language. Measured in docs/decisions/0011-health-gate.md.
"""

import re
from collections import Counter
from functools import lru_cache

# ISO 639-1 → the most frequent function words, without single letters: lists are numbered with these.
FREQUENT = {
    "af": "die van en is nie dat in om te het vir met wat op as jy ons word sy hierdie of deur kan moet jou aan "
    "by hulle daar",
    "ca": "de la que el en els les del un per amb una no es al més com però són ha ser aquest aquesta dels pot "
    "també seu seva si està aquests aquestes nosaltres quan sense entre ho",
    "cs": "se na je že do to ve pro za by ale si po jako od nebo které který není jsou může být podle pouze "
    "méně jen pokud jsme nejsou musí nelze tento má",
    "da": "og at det er en til af på de med for der den som ikke et kan har vi du eller om fra dine din vores "
    "hvis dig dit efter mellem nogle bliver skal være må ud op hvad fejl ved kun",
    "de": "die der und in zu den das nicht von sie ist des sich mit dem dass er es ein ich auf so eine auch als "
    "an nach wie im für oder wir ihre sind werden durch bei wenn können",
    "en": "the of and to in is that for it as was with be by on not he his but at are this have from or had an "
    "which you we your our may will any these if other can",
    "es": "de la que el en los se del las un por con no una su para es al lo como más pero sus le ha me si sin "
    "usted sobre este nuestro nuestros puede",
    "fi": "ja on ei tämän että se hän oli ovat joka mutta myös tai kun ole voi niin sen jos sekä mukaan kuin "
    "voimme me sinun käyttää tämä näitä kanssa voit vain oltava",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont ou avec "
    "nous vous votre vos nos aux cette être si",
    "gl": "de que non para con unha un os as do da no na polo como máis pero son está ou se este esta ao pode "
    "ser teu súa vostede dos das ten debe pola",
    "hu": "az és hogy nem is egy ez meg de ha csak vagy mint van volt el már még amely által ezt lehet ön mi "
    "illetve valamint",
    "id": "yang dan di dengan untuk dari pada ini tidak dalam itu anda kami atau dapat akan oleh adalah ke "
    "sebagai jika kepada telah lain bisa karena harus hanya bahwa sebuah silakan saat agar namun",
    "it": "di il la che in per un del non una le si da con dei della al sono come alla più nel gli delle nostri "
    "tuoi può questo se",
    "ms": "yang dan untuk dengan tidak ini adalah dalam atau anda boleh oleh akan pada kepada jika dari ke "
    "sebagai telah ialah daripada sahaja bagi mesti itu di kerana sekiranya tiada sebarang sila semasa",
    "nl": "de het een en van in is dat op te zijn met voor niet aan die er om door als ook bij of naar uit wij "
    "uw onze kan worden deze hebben",
    "no": "og det er en til av på de med for som ikke et kan har vi du eller om fra dine din våre hvis ved den "
    "vil deg ditt vår etter mellom noen blir bli skal være må ut opp hva kun",
    "pl": "na się do nie że jest to jak za od po przez przy dla lub co oraz są nas które który jego tych tym "
    "ich być jeśli musi te tej ten aby został może tylko ma",
    "pt": "de que do da em um para com não uma os no se na por mais as dos como mas ou ao das seu sua são você "
    "nós pode nossos seus pelo",
    "ro": "de și în la cu pe nu că un din care este pentru sau se prin mai sunt ce al dumneavoastră noastre "
    "acest aceste poate vor fi dacă",
    "sk": "sa na je že to do vo pre za by ale ako od alebo ktoré ktorý nie sú môže byť podľa musí si pri iba "
    "jeho tento ktorá má len pokiaľ",
    "sv": "och att det som en på är av för med till den har de inte om ett kan vi du eller från dina din våra "
    "vår så vid när ska detta",
    "tr": "ve bir bu da için ile de olarak daha çok en gibi olan veya her sizin ne kadar göre tarafından bizim "
    "olduğu sonra değil olmalıdır gerekir lütfen herhangi size üzerinde kullanılan bulunan ya tarih",
    "vi": "và của là có cho các được với trong không một những này để bạn chúng tôi khi người hoặc từ đến về theo tại",
}
SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
NAMES = {
    "af": "Afrikaans", "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "gl": "Galician",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "ms": "Malay", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"https?://\S{0,2000}|\]\([^()\s]{0,2000}\)")
UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
RUSSIAN = re.compile("[ыэё]", re.IGNORECASE)  # Bulgarian, Serbian and Macedonian have none
NOT_ARABIC = re.compile("[\u067e\u0686\u0698\u06af\u0679\u06d2]")  # Persian and Urdu
SAMPLE = 20_000  # characters from the beginning, the middle and the end together
FEWEST_WORDS = 40  # words; below, a few names decide
SURE_SHARE = 0.12  # of the words are frequent ones of the language
SURE_LEAD = 2  # times as many words of its own as any other language has
LEANING_WORDS, LEANING_LEAD = 5, 3  # enough where two texts that ought to be alike lean to different sides
OTHER_SCRIPT = 0.3  # of the letters; Chinese terms quote many English names


@lru_cache(maxsize=256)
def language_of(text: str) -> str:
    """The ISO 639-1 code of the language that ``text`` is in for the most part; empty where that is not sure.

    >>> language_of("We may use what you enter into the service to train our models, and you can opt out of it. " * 3)
    'en'
    """
    sample = ADDRESS.sub(" ", _sample(text))
    return _by_script(sample) or _by_frequent_words(sample)


def language_between(before: str, now: str) -> str:
    """The language of ``now`` if it is another than that of ``before``; empty where that is not sure.

    Two pages of names and addresses have few small words, but where both lean, and to different sides, that tells.
    """
    one, other = language_of(before), language_of(now)
    if not (one and other):
        one, other = _leaning_of(before), _leaning_of(now)
    return other if one and other and one != other else ""


@lru_cache(maxsize=256)
def _leaning_of(text: str) -> str:
    sample = ADDRESS.sub(" ", _sample(text))
    words = Counter(WORD.findall(sample.lower()))
    return _by_script(sample) or _ahead(words, fewest=LEANING_WORDS, own=LEANING_WORDS - 1, lead=LEANING_LEAD)


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    third, middle = SAMPLE // 3, len(text) // 2
    return " ".join((text[:third], text[middle : middle + third], text[-third:]))


def _by_script(text: str) -> str:
    if text.isascii():
        return ""
    letters = sum(map(str.isalpha, text))
    counts = {language: len(script.findall(text)) for language, script in SCRIPTS}
    counts["zh"] += counts["ja"]  # Japanese is written with both
    language, count = max(counts.items(), key=lambda entry: entry[1])
    if letters < FEWEST_WORDS or count < OTHER_SCRIPT * letters:
        return ""
    if language == "zh":
        return "ja" if counts["ja"] > 0.1 * count else "zh"
    if language == "ru":
        return _cyrillic(text, count)
    return "" if language == "ar" and len(NOT_ARABIC.findall(text)) > 0.005 * count else language


def _cyrillic(text: str, letters: int) -> str:
    if len(UKRAINIAN.findall(text)) > 0.02 * letters:
        return "uk"
    return "ru" if len(RUSSIAN.findall(text)) > 0.005 * letters else ""


def _by_frequent_words(text: str) -> str:
    words = Counter(WORD.findall(text.lower()))
    if words.total() < FEWEST_WORDS:
        return ""
    return _ahead(words, fewest=SURE_SHARE * words.total(), own=2 * SURE_LEAD, lead=SURE_LEAD)


def _ahead(words: Counter[str], *, fewest: float, own: int, lead: int) -> str:
    """The language with most of its frequent words, at least ``fewest``, if it is ahead of every other one.

    Counted against each other by the words that only one of the two has: Danish and Norwegian share most of theirs.
    """
    frequent = _frequent()
    (language, most), *others = Counter({name: _hits(words, listed) for name, listed in frequent.items()}).most_common(
        4
    )
    if most < fewest:
        return ""
    for other, _ in others:
        mine, theirs = frequent[language] - frequent[other], frequent[other] - frequent[language]
        if _hits(words, mine) < max(own, lead * _hits(words, theirs)):
            return ""
    return language


def _hits(words: Counter[str], wanted: frozenset[str]) -> int:
    return sum(words[word] for word in wanted if word in words)  # a Counter is slow to say 0


@lru_cache(maxsize=1)
def _frequent() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in FREQUENT.items()}
