"""A text -> the language that it is written in, by its script and its commonest words.

Made for telling whether a model answered in the language of the question, not for telling
any language from any other: a text whose script and words are none of those known is in `""`.
"""

import re

from plimsoll.text.expressions import expression

HEAD = 160
"""Characters from the beginning that are looked at."""
_RANGES = {
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "ja": "\u3040-\u30ff",
    "ko": "\u1100-\u11ff\uac00-\ud7a3",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "th": "\u0e00-\u0e7f",
    "bn": "\u0980-\u09ff",
    "hi": "\u0900-\u097f",
    "ru": "\u0400-\u04ff",
}
_SCRIPTS = {name: expression(f"[{characters}]+") for name, characters in _RANGES.items()}
_NOT_CHINESE = expression(f"[{''.join(each for name, each in _RANGES.items() if name != 'zh')}]")
_VIETNAMESE = expression("[ăđĩũơưạ-ỹĂĐĨŨƠƯẠ-Ỹ]+")
_LATIN = expression("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_WORD = expression(r"[^\W\d_]+")
_LOWER_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalpha() else 32 for code in range(128)) + bytes(
    128
)
"""Of plain letters, words are found so in a fifth of the time."""
_CODE = expression(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_FEW = 36
"""Bytes of words: a character of Chinese says as much as three letters."""
_COMMON = {
    "en": "the of and to in is that for it you with as on are this be or i what how can do my not your "
    "me if at from have was an they who should would will about when some there which he she his her "
    "we it's don't i'm them has just like make get give tell so but",
    "it": "il lo la gli le di del della dei delle che e è un una uno per non con sono mi si come cosa "
    "posso puoi ho hai ha nel nella sul perché ma più questo questa da al alla i qualcuno mio quali dire "
    "dove chi tutti essere fare su anche",
    "es": "el la los las de del que y es un una unos para no con por se me mi tu su como cómo qué puedo "
    "en al lo son está estoy más pero este esta si tengo ha hay o sus también quién puede ser",
    "de": "der die das und ist nicht ein eine einen zu den dem des von mit für auf sich auch es im ich sie "
    "wir "
    "du wie was kann können haben hat sind wird werden oder aber wenn bei nach aus dass man mir mich ihr "
    "ihre "
    "als um mein hier dein über",
    "fr": "le la les de des du un une et est que qui dans pour sur pas ne je vous nous il elle ce cette ces "
    "avec "
    "au aux par plus ou mais sont être avoir comment puis votre mon ma mes se son sa ses leur qu en si faire",
    "pt": "o os as um uma de do da dos das em no na nos nas e é que não para com por se eu você como mais "
    "mas "
    "seu sua ao à foi são está isso esta este pode posso ser ter meu minha também ou fazer aqui",
    "id": "yang dan di ke dari untuk dengan ini itu tidak adalah saya anda dapat akan pada dalam atau juga "
    "kami "
    "bisa ada karena oleh seperti lebih apa bagaimana jika sudah agar sebagai dia mereka kita orang membuat",
    "sw": "ya wa na kwa ni za la katika kuwa ili au yako yangu hii hiyo cha vya gani nini jinsi kama mimi "
    "wewe watu mtu hizi kwamba bila zaidi ninaweza naweza vipi mtu wao huu sana lakini nina je njia kufanya",
    "jv": "ing lan kang sing ora iki iku kanggo aku karo saka ana wong apa sampeyan kowe bisa carane "
    "nganggo piye kuwi dadi wis utawa yen marang akeh saged kula kaliyan dhewe menyang kabeh arep amarga "
    "opo iso nang lek soko kon koyo gawe ben ae gak ngomong cara paling bakal awakmu",
}
_SPOKEN = {
    word: tuple(language for language, words in _COMMON.items() if word in words.split())
    for word in {word for words in _COMMON.values() for word in words.split()}
}
"""The languages that share a word."""
_ENGLISH_ALONE = frozenset(word.encode() for word, spoken in _SPOKEN.items() if spoken == ("en",))
_FOREIGN = frozenset(word.encode() for word, spoken in _SPOKEN.items() if "en" not in spoken)


def language_of(text: str) -> str:
    """The code of the language, or nothing where it cannot be told."""
    head = text.lstrip()[:HEAD]
    if head.isascii():
        return _by_words(head)
    mixed = _NOT_CHINESE.search(head) is not None
    if not mixed and 4 * _count(_SCRIPTS["zh"], head) > len(head):
        return "zh"
    latin = _count(_LATIN, head)
    found = dict.fromkeys(_SCRIPTS, 0)
    for name in _SCRIPTS if mixed else ("zh",):
        found[name] = _count(_SCRIPTS[name], head)
    name = "ja" if found["ja"] > found["zh"] // 4 else max(found, key=lambda each: found[each])
    # A character of these scripts says more than a Latin letter does.
    if found[name] * 3 > latin:
        return name if found[name] * 2 > sum(found.values()) - found["zh"] * (name == "ja") else ""
    if _count(_VIETNAMESE, head) * 12 > latin:
        return "vi"
    return _by_words(head) if latin else ""


def is_short(text: str) -> bool:
    """Whether a text has too few words for its language to be told: `Sure!`, `(A)`, code, a formula."""
    return len("".join(_WORD.findall(_CODE.sub(" ", text[: 4 * HEAD]))).encode("utf-8", "replace")) < _FEW


def _count(script: re.Pattern[str], head: str) -> int:
    """Characters of a script; runs of them are found faster than each."""
    return sum(map(len, script.findall(head)))


def _by_words(head: str) -> str:
    if head.isascii():
        plain = head.encode().translate(_LOWER_WORDS).split()
        if _FOREIGN.isdisjoint(plain) and not _ENGLISH_ALONE.isdisjoint(plain):
            return "en"  # no other language can have as many
        words = [word.decode("ascii") for word in plain]
    else:
        words = _WORD.findall(head.lower())
    counts: dict[str, float] = {}
    for word in words:
        spoken = _SPOKEN.get(word, ())
        for language in spoken:
            counts[language] = counts.get(language, 0) + 1 / len(spoken)
    if not counts:
        return ""
    best = max(counts.values())
    leading = [language for language, count in counts.items() if count == best]
    return leading[0] if len(leading) == 1 else ""
