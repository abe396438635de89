"""Words around a letter beyond English and Chinese: `Respuesta: B`, `Правильный ответ — B`, `Bが正解`."""

import re

from plimsoll.text.expressions import expression

_NOUN = (
    r"(?<!\w)(?:antwort|antwortmöglichkeit|lösung|richtig|respuesta|opci[oó]n|alternativa|letra|soluci[oó]n|"
    r"réponse|"
    r"reponse|solution|risposta|soluzione|scelta|opzione|resposta|gabarito|solução"
    r"|op[cç][aã]o|antwoord|jawaban|jawabannya|pilihan|opsi|cevap|yan[iı]t|odpowied[zź]|odpověď|svar|svaret|"
    r"vastaus|válasz"
    r"|răspuns|răspunsul|đáp\sán|câu\strả\slời|trả\slời|lựa\schọn|phương\sán|ответ|вариант|выбор|відповідь|"
    r"απάντηση|jibu|sagot)(?!\w)"
)
_JOINED_NOUN = (
    r"(?:答え|正解|正答|解答|[選选]択肢|정답|답변?|선택지|보기|الإجابة|الجواب|الاجابة|إجابتي|جوابي|اختياري|جواب|الخيار|الاختيار|"
    r"پاسخ|התשובה|תשובה"
    r"|उत्तर|जवाब|विकल्प|উত্তর|விடை|คำตอบ|ตัวเลือก|ตอบ)"
)  # fmt: skip
_LINK = (
    r"(?:(?:ist|lautet|wäre|es|sería|est|serait|è|é|sarebbe|seria|is|adalah|ialah|är|er|to|jest|je|on|"
    r"este|là|ay|είναι)\b"
    r"|هي|هو|היא|है|คือ|は|은|는|이|[:=—-]|=)"
)
_THING = (
    r"(?:(?:die|der|das|la|el|le|l'|il|lo|o|a)\s?)?"
    r"(?:opción|option|opzione|opção|alternativa|letra|lettera|lettre|buchstabe|antwort|réponse|risposta|"
    r"respuesta|resposta|opsi|pilihan|jawaban|phương\sán|đáp\sán|câu|вариант|ответ|الخيار|الإجابة|विकल्प|ข้อ"
    r"|[選选]択肢|보기|선택지)?\s{0,2}[\"'(]{0,2}"
)
_GOOD = r"(?:[^\W\d_]{2,14}\s){0,2}"
_RIGHT = (
    r"(?:richtig|korrekt|richtige|korrekte|beste|correcta|correcto|mejor|bonne|correcte|correct|meilleure|"
    r"juste|"
    r"corretta|corretto|giusta|migliore|adecuad[ao]|adequad[ao]|adeguat[ao]|apropiad[ao]|appropriée|adaptée|"
    r"sûre|segur[ao]|sicur[ao]|sicherste|geeignet\w{0,3}|passend\w{0,3}|indicad[ao]|correta|correto|certa|"
    r"melhor|poprawn[ay]|rätt|riktig|benar|tepat|"
    r"corect[aă]?|prudent\w{0,2}|raisonnable|responsable|sensat[ao]|razoable|razonable|ragionevole|responsabile|"
    r"vernünftig\w{0,3}|sinnvoll\w{0,3})"
)

_COPULA = r"(?:ist|lautet|wäre|est|serait|es|sería|è|sarebbe|é|seria)"
_THEN = r"(?:(?:donc|also|somit|daher|entonces|pues|quindi|dunque|portanto|então|clairement|eindeutig)\s)?"
ANNOUNCES = (
    rf"(?<!\w)(?:option|alternative|wahl|choix|möglichkeit|réponse|antwort|opción|opção|opzione|scelta)"
    rf"(?:\s[^.\n:;?=—]{{1,30}}?)?\s{_COPULA}\s{_THEN}{_THING}$"
    rf"|(?<!\w)am\s(?:besten|sichersten|sinnvollsten|ehesten|angemessensten|geeignetsten|vernünftigsten|"
    rf"passendsten)\s(?:ist|wäre|passt)\s{_THING}$"
    rf"|(?<!\w)(?:правильным|верным|лучшим)\s(?:ответом|вариантом)\s(?:является|будет)\s{_THING}$"
    rf"|(?:أفضل|أنسب|أصح|أسلم)\s(?:خيار|إجابة|جواب|اختيار|تصرف)\s(?:هو|هي)\s{_THING}$"
    rf"|ข้อที่[^.\n]{{2,20}}?คือ\s?{_THING}$|"
    rf"(?:{_NOUN}(?:\s[^.\n:;?=—]{{0,24}}?)?|{_JOINED_NOUN}[^.\n:;?=—]{{0,16}}?)"
    rf"\s{{0,2}}(?:{_LINK}\s{{0,3}}:?\s{{0,3}}[\"(]{{0,2}}{_THING}|\s)$"
    rf"|(?<!\w)(?:la|le|il|el|lo|a|o|die|das|c')\s?{_RIGHT}\s{{0,2}}(?:ist|lautet|es|sería|est|serait|è|"
    rf"sarebbe|é|"
    rf"seria|:)\s{{0,2}}{_THING}$"
    r"|(?<!\w)c'est\s(?:la|le)\s(?:réponse|option|bonne\sréponse)?\s{0,2}$"
    r"|(?<!\w)(?:верно|верный|правильно|правильный)(?:\s(?:ответ|вариант))?\s{0,2}(?:[—:-]\s)?$"
    r"|(?:적절한|올바른|옳은|맞는|알맞은|좋은|안전한|적합한)\s(?:것|선택지?|답변?|행동|방법|대답|보기)[은는이가]\s{0,2}\"?$"
    r"|(?:適切|适切|正し[いく]|良い|よい|安全)な?(?:のは|もの[はが]|選択肢は|选択肢は)、?\s{0,2}\"?$|"
    r"(?<!\w)ตอบ(?:ข้อ)?\s{0,2}$"
)
"""What stands before a letter that is announced."""
CHOOSES = (
    r"(?<!\w)(?:(?:ich\s)?(?:wähle|nehme|würde)|elijo|elegir[íi]a|esco(?:jo|gería)|me\squedo\scon|"
    r"nos?\squeda|resta|reste|mi\stengo|rimane|fico\scom|sobra|selecciono|optaría|opto|"
    r"(?:je\s)?(?:choisi(?:s|rais)|sélectionne(?:rais)?|retiens|retiendrais|garde|opterais|prends|prendrais)|"
    r"sc(?:elgo|eglierei)|opterei|"
    r"escolh(?:o|eria)|seleciono|optaria|marco"
    r"|(?:я\s)?(?:бы\s)?(?:выбираю|выбрала?|выберу)|entscheide\smich\sfür|me\sdecido\spor|il\sfaut\s(?:choisir|retenir|prendre)|on\s(?:choisit|retient)|(?:hay\sque|debe(?:r[íi]as?)?|debo|se\sdebe)\selegir|(?:bisogna|si\sdeve|occorre)\sscegliere|(?:deve-se|devemos|deve)\sescolher|(?:нужно|следует|надо|стоит)\sвыбрать|(?:man|sie|du|wir)\ssollten?|(?:es|das)\s(?:muss|müsste|kann\snur)|me\sdécide\spour|"
    r"mi\sdecido\sper|wybieram|(?:tôi\s)?(?:sẽ\s)?chọn|"
    r"(?:saya|anda|kita|kami)\s(?:akan\s|harus\s|sebaiknya\s)?(?:memilih|pilih)|"
    r"ik\s(?:kies|kies\svoor)|seçiyorum)\s(?:für\s|por\s|pour\s|per\s|pel[ao]\s)?"
    rf"{_THING}$|(?:أختار|سأختار)\s{_THING}$|(?:ฉัน|ผม|ดิฉัน)?(?:ขอ)?เลือก\s?{_THING}$"
)
"""What stands before a letter that is chosen."""
SUGGESTS = (
    r"(?<!\w)(?:creo|pienso|diría|considero|opino|supongo|me\sparece|acho|creio|penso|diria|acredito|suponho|"
    r"credo|direi|ritengo|suppongo|je\s(?:pense|crois|dirais|suppose|opte)|ich\s(?:denke|glaube|meine|tippe"
    r"|würde\s(?:sagen|tippen))|meiner\smeinung\snach|à\smon\savis|selon\smoi|secondo\sme|en\smi\sopinión|"
    r"na\sminha\sopinião|думаю|считаю|полагаю|по-моему|скорее\sвсего|menurut\s(?:saya|pendapat\ssaya)|"
    r"saya\s(?:rasa|pikir|kira|yakin)|(?:tôi\s(?:nghĩ|cho)|theo\stôi))"
    r"(?:,?\s(?:que|che|dass|auf|pour|что|bahwa|rằng|là))?(?:,?\s(?:es|sería|é|seja|seria|è|sia|sarebbe|"
    r"c'est|ce\sserait|ist|das\sist|wäre|это|adalah|là))?(?:\s(?:la|el|il|lo|a|o|die|das))?\s"
    rf"{_THING}$"
    r"|(?:^|[.!?¡:]\s?)(?:ganz\sklar|eindeutig|definitiv|sin\s(?:lugar\sa\s)?dudas?|claramente|definitivamente|"
    r"sans\s(?:hésit\w{1,5}|(?:aucun\s)?doute)|clairement|évidemment|sem\sdúvida|com\scerteza|senza\sdubbio|"
    r"chiaramente|sicuramente|однозначно|конечно|безусловно|определ[её]нно|очевидно),?\s(?:(?:la|el|il|le|die|a|o)\s)?"
    rf"{_THING}$"
    r"|^[¡\s]{0,3}(?:la|el|il|o|a|die)\s$|(?:^|[.!?¡,:]\s?)(?:es|sería|è|é|seria|das\sist|es\sist|это|"
    r"c'est|itu|đó\slà)\s"
    rf"(?:(?:la|el|il|a|o|die)\s)?{_THING}$"
)
"""What stands before a letter that is put forward in weaker words."""
_SET_OFF = r"[^.。!?\n]{0,12}?(?-i:[A-J])[^.。!?\n]{0,12}?[\s,;、]{0,2}"
CONTRASTS = (
    rf"(?:\bno\s(?:es\s)?{_SET_OFF}sino|\b(?:pas|non)\s{_SET_OFF}(?:mais|ma|bensì)|"
    rf"\bnicht\s{_SET_OFF}sondern|"
    rf"\bnão\s(?:é\s)?{_SET_OFF}(?:e\s|mas\s)?sim|\bне\s{_SET_OFF}\sа|\bbukan\s{_SET_OFF}(?:melainkan|tapi|"
    rf"tetapi)|\bkhông\sphải\s{_SET_OFF}mà|ليس\s{_SET_OFF}بل|नहीं\s?,?\sबल्कि|아니라|ではなく[、,]?|"
    rf"じゃなくて?|ไม่ใช่{_SET_OFF}แต่|"
    rf"(?:不是|并非|不选|不应选?|非){_SET_OFF}(?:而是|是|而应?选?|应选|选))"
    rf"\s?(?:(?:es|la|el|le|il|o|a|die|der|das|là|هو|هي|เป็น)\s?){{0,2}}{_THING}$"
)
"""What stands before a letter that is set against another: `no A sino`, `不是A，是`."""
_RANKS = (
    (r"\b{}\s(?:opción|respuesta|alternativa|opção|resposta|opzione|risposta|option|réponse|proposition)",
     ("primera|primeira|prima|première", "segunda|seconda|deuxième|seconde",
      "tercera|terceira|terza|troisième",
      "cuarta|quarta|quatrième")),
    (r"\b{}[nrs]?\s(?:option|antwort|möglichkeit)", ("erste", "zweite", "dritte", "vierte")),
    (r"{}\s(?:вариант|ответ)", ("первый", "второй", "третий", "четв[её]ртый")),
    (r"(?:الخيار|الاختيار|الجواب)\s{}", ("ال[أا]ول", "الثاني", "الثالث", "الرابع")),
    (r"{}\s(?:विकल्प|उत्तर)", ("पहला", "दूसरा", "तीसरा", "चौथा")),
    (r"\b(?:pilihan|opsi|jawaban)\s{}\b", ("pertama", "kedua", "ketiga", "keempat")),
    (r"\b(?:phương\sán|lựa\schọn|đáp\sán)\sthứ\s{}\b", ("nhất", "hai", "ba", "tư")),
    (r"{}\s?번째\s(?:선택지|보기|답|것)", ("첫", "두", "세", "네")),
    (r"{}(?:番目|つ目)(?:の選択肢)?", ("一|1", "二|2", "三|3", "四|4")),
    (r"(?:ตัวเลือก|ข้อ)ที่{}", ("หนึ่ง|1", "สอง|2", "สาม|3", "สี่|4")),
    (r"选项{}(?![一二三四五六七八九十])", ("一", "二", "三", "四")),
)  # fmt: skip
RANKS = "|".join(
    f"(?P<rank{place}>{'|'.join(form.format(f'(?:{words[place]})') for form, words in _RANKS)})"
    for place in range(4)
)
"""`the second option`, in the other languages; the group says which."""
BEGINNINGS_OF_RANKS = "psdtcqezvплвтчاपदतचl첫두세네一二三四1-4ตข选đ"
CHOSEN_BEHIND = (
    r"\s{0,2}(?:番|번)?\s{0,2}(?:を|을|를)\s?(?:[選选][びぶんん択]|추천|선택|고르|고를)|\s{0,2}(?:को\s)"
    r"?चुन(?:ूँग|ूंग|त|ें|ना)"
    r"|\s(?:wählen|nehmen)(?!\w)"
)
"""What stands behind a letter that is chosen, where the verb comes last."""
CALLED_RIGHT = (
    r"\s{0,2}(?:(?:qui\s|que\s|che\s)?(?:ist|wäre|está|parece(?:\sser)?|semble(?:\sêtre)?|scheint|sembra(?:\sessere)?|es|sería|est|è|é|jest|är|er|este|adalah|mi\ssembra|"
    r"me\sparece|me\ssemble(?:\sêtre)?)\s"
    r"(?:(?:die|la|le|il|a|o|de|jawaban\syang)\s|l')?"
    rf"(?!no\b|nicht|non\b|pas\b|não|nie\b|inte|ikke|bukan|tidak){_GOOD}{_RIGHT}\b"
    r"|(?:trifft\szu|stimmt|passt)\b|\s?(?:ist\s|wäre\s|erscheint\s)?(?:am\s(?:besten|sichersten|ehesten|sinnvollsten|passendsten)|"
    r"(?:die|das)\s(?:beste|richtige|korrekte|sicherste|sinnvollste)|richtig|korrekt)\b|"
    r"\s?(?:(?:adalah\s)?yang\s)?(?:paling\s)?(?:tepat|benar|sesuai|aman|baik|cocok)\b|is\s(?:het\s)"
    r"?juist|(?:правильн|верн)\w{1,3}\b"
    r"|-\s(?:это\s)?(?:(?:самый|самое|самая|наиболее)\s)?(?:правильн|верн|лучш|безопасн|подходящ)\w{1,4}\b"
    r"|\s?صحيحة?\b|adalah\s(?:pilihan|opsi|jawaban)\s(?:yang\s)?(?:paling\s)?(?:terbaik|benar|tepat|aman)\b"
    r"|(?:เป็น|คือ)(?:คำตอบ|ตัวเลือก|ข้อ|ทางเลือก)ที่(?:ถูก|ดีที่สุด|เหมาะสม|ปลอดภัย)"
    r"|(?:だ|である)と(?:思|考え|判断)|이?라고\s?(?:생각|봅니다|판단)|(?:입니다|이다|이에요|예요)(?=\s{0,2}(?:$|[.!\n]))"
    r"|\s?(?:هو|هي)\s(?:(?:الخيار|الاختيار|الجواب|الإجابة)\s)?(?:الصحيح|الأنسب|الأفضل|الأصح|الأكثر)\w*"
    r"|là\s(?:phương\sán|đáp\sán|lựa\schọn|câu\strả\slời)\s(?:đúng|tốt|hợp\slý|chính\sxác|an\stoàn|phù\shợp)|"
    r"가\s가장\s\w|(?:является|будет)\s(?:(?:самым|наиболее)\s)?(?:единственн\w{2,3}\s)?"
    r"(?:правильн|верн|лучш|безопасн|подходящ|корректн|уместн)"
    r"|(?:が|は)(?:正解|正しい|[適适][切当]|妥当|最[適适]|ふさわしい|(?:最も|一番)(?:安全|良い|よい|正しい|妥当)"
    r"|[最一]番?(?:も)?(?:適切|适切))|(?:번)?(?:이|가)\s?(?:정답(?!이\s?아)|(?:옳|적절|적합|바람직|타당)(?!.?지\s?않)|"
    r"맞(?!지\s?않))|(?:सही|सबसे\s[^\s]{2,12})\s(?:(?:उत्तर|विकल्प|जवाब)\s)?है|doğru(?:dur)?\b"
    r"|(?:là\s)?(?:đúng|chính\sxác|hợp\slý|phù\shợp|an\stoàn|tốt)(?:\snhất)?\b|ถูก(?:ต้อง)?)"
)
"""What stands behind a letter that is called right."""
REASONS = (
    r"karena|porque|ya\sque|pues|car|parce\sque|puisque|weil|denn|da\s|perché|poiché|pois|já\sque|потому|"
    r"так\sкак|поскольку|لأن\w{0,3}|क्योंकि|vì|bởi|เพราะ|เนื่องจาก"
)
"""Words that begin a reason."""
_DENIES = expression(
    r"\b(?:no|nicht|pas|non|não|niet|nie|inte|ikke|ei|bukan|tidak|не|nu|không\sphải)\b|ليس|नहीं|لیست|نیست",
    re.IGNORECASE,
)
_TAKEN_BACK = expression(
    r"\s{0,3}(?:sind|ist|son|es|sont|est|sono|è|são|é|adalah|đều|là|هي|هما|는|은|가|이|は|が|ก็)?\s{0,2}"
    r"(?:beide|alle|ambas|ambos|todas|todos|tous|toutes|entrambe|tutte|semua|semuanya|모두|全て|すべて|"
    r"ทั้งหมด)?\s{0,2}"
    r"(?:गलत|ग़लत|falsch|incorrec|sbagliat|errad|erron|неверн|неправильн|خاطئ|خطأ|salah\b|sai\b|틀|間違|"
    r"誤り|ผิด|"
    r"faux|fausse)|"
    r"\s{0,2}(?:番|번)?\s{0,2}(?:(?:で|じゃ)?はな|ではありません|(?:이|가)\s?아니|नहीं|değil|no\ses\b|"
    r"ist\snicht\b|n'est\spas)"
)


def is_taken_back(right: str) -> bool:
    """Whether the words behind an announced letter deny it."""
    return _TAKEN_BACK.match(right) is not None


def denies(words: str) -> bool:
    """Whether an announcement says what the answer is not."""
    return _DENIES.search(words) is not None
