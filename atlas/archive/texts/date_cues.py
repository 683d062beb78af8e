"""The words by which documents state dates of themselves: English, German, French, Spanish, Swedish, Chinese, Japanese.

No expression here can backtrack further than its bounds.
"""

import re

from atlas.archive.texts.calendar_dates import MONTHS

_LAST = r"last(?:ly)?|most\srecently|latest"
_DONE = r"updated?|modified|modification|revised|revision|changed?|amended|amendment|edited"
_SELF = r"this|these|our|the\spresent|the\scurrent|the\sforegoing"
_DEMONSTRATIVE = (
    rf"{_SELF}|diese[rsn]?|unsere[rn]?|die\svorliegende[n]?|cette|ces?|cet|la\sprésente|les\sprésentes|notre|nos"
    r"|esta|este|estos|estas|la\spresente|nuestr[ao]s?|l[ao]s\spresentes|denna|dessa|detta|det\shär|våra?|vår"
)
_LATIN_NOUN = (
    r"terms|conditions|polic(?:y|ies)|notices?|agreement|statement|addendum|guidelines?|version|licen[sc]e|contract"
    r"|rules|document|principles|charter|eula|dpa"
    r"|datenschutz\w{0,20}|nutzungs\w{0,20}|agb|\w{0,20}bedingungen|\w{0,20}richtlinien?|vereinbarung|erklärung|fassung"
    r"|politique|accord|charte|contrat|avis|mentions"
    r"|política|términos|condiciones|acuerdo|aviso|contrato|versión"
    r"|\w{0,20}policy|\w{0,20}villkor(?:en)?|avtal(?:et)?"
)
_CHINESE_NOUN = (
    r"(?:隐私|服务|用户|使用|用戶|隱私|服務)?(?:协议|政策|条款|声明|指引|规则|協議|條款|聲明|規則|規約|ポリシー)"
)

_UPDATED = rf"""
    (?:date\sof\s(?:the\s)?)?(?:{_LAST})\s{{1,3}}(?:{_DONE}) | (?:{_DONE})\sdate | updated | revised | modified
    | zuletzt\s(?:aktualisiert|geändert|überarbeitet|bearbeitet)
    | (?:datum\sder\s)?letzten?\s(?:aktualisierung|änderung|überarbeitung)
    | aktualisiert | stand | fassung\svom
    | (?:date\sde\s(?:la\s)?)?dernière\s(?:mise\sà\sjour|modification|révision|actualisation) | mise?s?\sà\sjour
    | (?:fecha\sde\s(?:la\s)?)?última\s(?:actualización|modificación|revisión) | actualizad[oa]s?
    | senast\s(?:uppdaterad|uppdaterat|uppdaterades?|ändrad|reviderad) | uppdaterad
"""
_UPDATED_CJK = r"(?:最后|最近|最新|最後)?(?:更新|修订|修改|修訂|改定)(?:日期|时间|時間|日|于|於)? | 最終(?:更新|改定)日"
_EFFECTIVE = r"""
    (?:date\sof\s)?(?:effective|effectiveness)(?:\sdate)? | in\s(?:force|effect)
    | (?:comes?|came|enter(?:s|ed)?|goes|went|takes?|took)\s(?:into\s)?(?:force|effect) | valid(?=\s(?:from|as\sof))
    | gültig(?=\s(?:ab|seit)) | gilt(?=\sab) | gelten(?=\sab) | in\skraft(?=\s(?:ab|seit)) | wirksam(?=\s(?:ab|seit))
    | (?:datum\sdes\s)?inkrafttretens?
    | (?:date\sd['\u2019])?(?:entrée|entrent|entre)\sen\svigueur | en\svigueur | date\sd['\u2019](?:effet|application)
    | applicables?(?=\sà\s(?:compter|partir))
    | (?:fecha\sde\s)?entrada\sen\svigor | entran?\sen\svigor | fecha\s(?:de\svigencia|efectiva)
    | vigentes?(?=\s(?:desde|a\spartir))
    | en\svigor(?=\s(?:desde|a\spartir)) | vigencia
    | gäller(?=\s(?:från|fr)) | träder\si\skraft | trädde\si\skraft | ikraftträdande
"""
_EFFECTIVE_CJK = r"(?:本?版本)?生效(?:日期|时间|時間|日|于|於)? | 施行(?:日期|日) | 発効日 | 適用開始日"
_BEGIN = r"(?:(?<![^\W_])|(?<=[a-z])(?=(?-i:[A-Z])))"  # also glued to a heading: "Terms of ServiceEffective 1 May 2025"
_END = r"(?![^\W\d_])"

CUES = re.compile(
    rf"""
      {_BEGIN}(?P<updated_last>(?:{_LAST})\s(?:updated|revised|modified|changed)\s(?:{_SELF})\s[^.;\n]{{0,80}}?\son){_END}
    | {_BEGIN}(?P<updated_around>zuletzt){_END}(?=\sam)
    | {_BEGIN}(?P<effective_around>treten|tritt|traten|trat){_END}
    | (?P<effective_since>自|从|從)
    | {_BEGIN}(?P<updated>{_UPDATED}){_END} | {_BEGIN}(?P<effective>{_EFFECTIVE}){_END}
    | (?P<updated_cjk>{_UPDATED_CJK}) | (?P<effective_cjk>{_EFFECTIVE_CJK})
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Where the cue's second half stands behind the date.
TAILS = {
    "updated_around": re.compile(r"\s(?:aktualisiert|geändert|überarbeitet|bearbeitet)", re.IGNORECASE),
    "effective_around": re.compile(r"\sin\sKraft", re.IGNORECASE),
    "effective_since": re.compile(r"\s?起?(?:正式)?(?:生效|施行|实施|實施)"),
}
_JOINS = (
    r"dates?|time|this|these|current|privacy|service|use|policy|notice|agreement|terms|document|version|is|was|are|were|as|of|from|on|since|starting|beginning|in|am|ab|dem|den|der|zum|seit|vom"
    r"|le|la|du|depuis|à|compter|partir|au|el|desde|a|de|del|från|och|med|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
JOINER = re.compile(
    rf"(?:[\s:\uff1a*_~`|()\[\]>=#,\u2013—\-\u200b\u2060]{{1,120}}+|(?:{_JOINS})(?![^\W\d_])|日期|时间|時間|[于於为為]){{1,10}}+",
    re.IGNORECASE,
)
LABEL = re.compile(r"[:\uff1a|=\n]")
LISTED = re.compile(r"\n\s{0,8}[*+-]\s")

# Where to look: harmless where it is part of something else, and two, because a pattern with a literal beginning is
# found six times as fast.
YEARS = (re.compile(r"20\d\d"), re.compile(r"19\d\d"))
RELATIVE = re.compile(r"(?:ago|yesterday|today|just now|gestern|heute|ayer)(?![^\W_])", re.IGNORECASE)
# Behind a label these are a date that cannot be read: relative, in two ways, in no calendar.
UNREADABLE = re.compile(
    rf"\d|(?:an?|one)\s(?:minute|hour|day|week|month|year)\sago|{RELATIVE.pattern}|(?:vor|il y a|hace)\s\d"
    rf"|(?:{'|'.join(MONTHS)})\s\d",
    re.IGNORECASE,
)

# Cues that nothing but the last update of the text itself is named by, so that a sentence may go on behind the date.
LAST_UPDATE = re.compile(r"last|most|latest|zuletzt|letzte|dernière|última|senast|date of last", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?]['\"\u201d)\]]{0,3}(?=[\s*_]|(?-i:[A-Z]))|[\u3002\uff1b\uff01|]")
SENTENCE_GOES_ON = re.compile(r"[ \t\u00a0]{0,3}(?:,|[a-zß-öø-ÿ])")
CONDITION = re.compile(
    r"[ \t\u00a0]{0,3},?\s?(?:for|in|if|unless|only|to|until|through|with respect|as to|für|pour|para|för)(?![^\W_])"
)
# Words before a cue by which it speaks of another text, another time, or a case.
FOREIGN = re.compile(
    r"(?<![^\W_])(?:previous(?:ly)?|prior|earlier|former(?:ly)?|archived?|archives|past|old(?:er)?|supersed\w{0,6}"
    r"|replac\w{0,5}|original(?:ly)?|not|until|before|after|if|when|where|unless|frühere\w?|vorherige\w?|ersetzt"
    r"|précédente?s?|ancienne?s?|anterior(?:es)?|tidigare)(?![^\W_])|[旧舊]|历史|上一",
    re.IGNORECASE,
)
HISTORY = re.compile(
    r"(?:previous|prior|earlier|past|archived|older|former) (?:version|edition|revision|polic|terms)|change ?log"
    r"|(?:version|revision|update) history|archives?$|frühere (?:version|fassung)|versions? (?:précédente|antérieure)"
    r"|versiones anteriores|tidigare versioner|历史版本|更新记录",
    re.IGNORECASE | re.MULTILINE,
)
DOCUMENT = re.compile(rf"(?<![^\W_])(?:{_LATIN_NOUN})(?![^\W_])|{_CHINESE_NOUN}", re.IGNORECASE)
# Words of a sentence; a title has none of them.
SENTENCE_WORDS = re.compile(
    r"(?<![^\W_])(?:is|are|was|were|be|has|have|with|by|we|you|ist|sind|est|sont|es|son|är)(?![^\W_])", re.IGNORECASE
)
# A sentence whose subject is the document, up to the cue.
ABOUT_ITSELF = re.compile(
    rf"""\W{{0,20}}(?:\w{{1,30}}:\s)?(?P<subject>
      (?:(?:{_DEMONSTRATIVE})\s(?:[^\s,;.()]{{1,30}}\s){{0,6}}?(?:{_LATIN_NOUN})(?![^\W_]) | 本{_CHINESE_NOUN})
      (?:(?!(?<![^\W_])(?:which|that|law|act|regulation|directive|gdpr|accounts?|users?|the(?!\s{{0,3}}\Z))(?![^\W_]))[^;()]){{0,80}}
    )\Z""",
    re.IGNORECASE | re.VERBOSE,
)
