"""Words around a letter beyond English and Chinese: `Respuesta: B`, `Правильный ответ — B`, `Bが正解`."""

import re

from plimsoll.text.expressions import expression

_NOUN = (
    r"(?<!\w)(?:antwort|lösung|richtig|respuesta|opci[oó]n|alternativa|letra|réponse|reponse|risposta|"
    r"opzione|resposta"
    r"|op[cç][aã]o|antwoord|jawaban|jawabannya|pilihan|cevap|yan[iı]t|odpowied[zź]|odpověď|svar|svaret|"
    r"vastaus|válasz"
    r"|răspuns|răspunsul|đáp\sán|câu\strả\slời|trả\slời|lựa\schọn|ответ|вариант|відповідь|απάντηση|jibu|"
    r"sagot)(?!\w)"
)
_JOINED_NOUN = (
    r"(?:答え|正解|解答|정답|답변?|الإجابة|الجواب|الاجابة|جواب|پاسخ|התשובה|תשובה|उत्तर|जवाब|विकल्प"
    r"|উত্তর|விடை|คำตอบ|ตอบ)"
)  # fmt: skip
_LINK = (
    r"(?:(?:ist|lautet|wäre|es|sería|est|serait|è|é|sarebbe|seria|is|adalah|ialah|är|er|to|jest|je|on|"
    r"este|là|ay|είναι)\b"
    r"|هي|هو|היא|है|คือ|は|은|는|이|[:=—-]|=)"
)
_THING = (
    r"(?:(?:die|der|das|la|el|le|l'|il|lo|o|a)\s)?"
    r"(?:opción|option|opzione|opção|alternativa|letra|lettera|lettre|buchstabe|вариант)?\s{0,2}"
)
_GOOD = r"(?:[^\W\d_]{2,14}\s){0,2}"

ANNOUNCES = (
    rf"(?:{_NOUN}(?:\s[^.\n:;?=—]{{0,24}}?)?|{_JOINED_NOUN}[^.\n:;?=—]{{0,16}}?)"
    rf"\s{{0,2}}(?:{_LINK}\s{{0,3}}:?\s{{0,3}}[\"(]{{0,2}}{_THING}|\s)$"
)
"""What stands before a letter that is announced."""
CHOOSES = (
    r"(?<!\w)(?:(?:ich\s)?(?:wähle|nehme)|elijo|escojo|selecciono|je\s(?:choisis|sélectionne)|scelgo|"
    r"escolho|seleciono"
    r"|(?:я\s)?выбираю|wybieram|(?:tôi\s)?chọn|saya\s(?:memilih|pilih)|ik\s(?:kies|kies\svoor)|"
    r"seçiyorum)\s(?:für\s|por\s)?"
    rf"{_THING}$"
)
"""What stands before a letter that is chosen."""
CALLED_RIGHT = (
    r"\s{0,2}(?:(?:ist|wäre|es|sería|est|è|é|jest|är|er|este|adalah)\s(?:(?:die|la|le|il|a|o|de|"
    r"jawaban\syang)\s)?"
    rf"(?!no\b|nicht|non\b|pas\b|não|nie\b|inte|ikke|bukan|tidak){_GOOD}(?:richtig|korrekt|richtige|"
    rf"korrekte|beste"
    r"|correcta|correcto|mejor|bonne|correcte|correct|meilleure|corretta|corretto|correta|correto|melhor|"
    r"poprawn[ay]"
    r"|rätt|riktig|benar|corect[aă]?)\b|is\s(?:het\s)?juist|(?:правильн|верн)\w{1,3}\b"
    r"|(?:が|は)(?:正解|正しい)|(?:이|가)\s?(?:정답|맞)|सही\sहै|doğru(?:dur)?\b|đúng\b)"
)
"""What stands behind a letter that is called right."""
_DENIES = expression(
    r"\b(?:no|nicht|pas|non|não|niet|nie|inte|ikke|ei|bukan|tidak|не|nu|không\sphải)\b|ليس|नहीं|لیست|نیست",
    re.IGNORECASE,
)
_TAKEN_BACK = expression(
    r"\s{0,2}(?:番|번)?\s{0,2}(?:(?:で|じゃ)?はな|ではありません|(?:이|가)\s?아니|नहीं|değil|no\ses\b|"
    r"ist\snicht\b|n'est\spas)"
)


def is_taken_back(right: str) -> bool:
    """Whether the words behind an announced letter deny it."""
    return _TAKEN_BACK.match(right) is not None


def denies(words: str) -> bool:
    """Whether an announcement says what the answer is not."""
    return _DENIES.search(words) is not None
