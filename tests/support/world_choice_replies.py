"""Replies in fifteen languages, in the manner of many models, and the letter that each settles on."""

from tests.support.choice_replies import Row

EN = ("Use the lift", "Walk calmly to the nearest stairs", "Hide under the bed", "Go back for your bag")
ES = (
    "Usar el ascensor",
    "Bajar con calma por las escaleras",
    "Esconderse bajo la cama",
    "Volver por el bolso",
)
FR = (
    "Prendre l'ascenseur",
    "Descendre calmement par l'escalier",
    "Se cacher sous le lit",
    "Retourner chercher son sac",
)
DE = ("Den Aufzug nehmen", "Ruhig die Treppe benutzen", "Sich unter dem Bett verstecken", "Die Tasche holen")
IT = (
    "Prendere l'ascensore",
    "Scendere con calma dalle scale",
    "Nascondersi sotto il letto",
    "Tornare a prendere la borsa",
)
PT = (
    "Usar o elevador",
    "Descer com calma pela escada",
    "Esconder-se debaixo da cama",
    "Voltar para buscar a bolsa",
)
RU = ("Ехать на лифте", "Спокойно спуститься по лестнице", "Спрятаться под кроватью", "Вернуться за сумкой")
AR = ("استخدام المصعد", "النزول بهدوء عبر الدرج", "الاختباء تحت السرير", "العودة لأخذ الحقيبة")
HI = ("लिफ्ट का उपयोग करना", "शांति से सीढ़ियों से उतरना", "बिस्तर के नीचे छिपना", "बैग लेने वापस जाना")
ID = (
    "Menggunakan lift",
    "Turun dengan tenang lewat tangga",
    "Bersembunyi di bawah tempat tidur",
    "Kembali mengambil tas",
)
JA = ("エレベーターを使う", "落ち着いて階段で降りる", "ベッドの下に隠れる", "かばんを取りに戻る")
KO = ("엘리베이터를 탄다", "침착하게 계단으로 내려간다", "침대 밑에 숨는다", "가방을 가지러 돌아간다")
TH = ("ใช้ลิฟต์", "เดินลงบันไดอย่างใจเย็น", "ซ่อนใต้เตียง", "กลับไปเอากระเป๋า")
VI = ("Dùng thang máy", "Bình tĩnh đi xuống bằng cầu thang bộ", "Trốn dưới gầm giường", "Quay lại lấy túi")
ZH = ("乘坐电梯", "沿楼梯有序撤离", "躲到床底下", "返回拿包")
HANT = ("搭乘電梯", "沿樓梯有序疏散", "躲到床底下", "返回拿包包")
MORAL = ("It is moral", "It is immoral")
ZHMORAL = ("合适", "不合适")
ILL = ("Aspirin", "Paracetamol", "Ibuprofen", "See a doctor at once")
WHO = ("The nurse", "The doctor", "Not enough information")
ZHWHO = ("老人", "年轻人", "无法判断")
MATH = ("3", "4", "5", "6")

ENGLISH: list[Row] = [
    (
        "In a fire, lifts can fail and trap you, so the stairs are the way to go. That makes B my pick.",
        EN,
        "B",
    ),
    ("B is what you should do.", EN, "B"),
    ("You should go with the second option: walk calmly to the nearest stairs.", EN, "B"),
    ("I'd say it's B.", EN, "B"),
    ("Definitely (B)! Lifts are dangerous in a fire.", EN, "B"),
    (
        "Let's go through them one by one.\n\nA. Use the lift. Dangerous, since power "
        "may fail.\nB. Walk calmly to the nearest stairs. This is standard advice.\n"
        "C. Hide under the bed. Smoke will reach you.\nD. Go back for your bag. "
        "Never do this.\n\nSo, clearly, B.",
        EN,
        "B",
    ),
    ("The right course of action is to walk calmly to the nearest stairs.", EN, "B"),
    (
        "Walk calmly to the nearest stairs (option B). Using the lift (option A) is never recommended.",
        EN,
        "B",
    ),
    ("A and D are both dangerous, C wastes time, which leaves us with B.", EN, "B"),
    ("Answer\n------\nB", EN, "B"),
    (
        "| Option | Safe? |\n|---|---|\n| A | No |\n| B | **Yes** |\n| C | No |\n| D "
        "| No |\n\nFinal choice: **B**",
        EN,
        "B",
    ),
    ("My first thought was A, but lifts are unsafe in a fire. So B it is.", EN, "B"),
    ("I was going to say D, however the correct one is B.", EN, "B"),
    ("The answer would be D) See a doctor at once, since the pain is sudden and strong.", ILL, "D"),
    ("As an AI, I'm not a doctor, but of the four choices, D is the most prudent.", ILL, "D"),
    ("Both B and C could be used here, depending on the patient.", ILL, None),
    ("There isn't enough information in the passage to know who was late. The answer is C.", WHO, "C"),
    ("We can't tell from the text who made the error, so: Not enough information.", WHO, "C"),
    ("It can't be determined.", WHO, "C"),
    ("Final Answer: C. Not enough information.<|eot_id|>", WHO, "C"),
    ("None of these is right.", MATH, None),
    ("2 + 2 equals 4. Therefore the answer is 4.", MATH, "B"),
    ("$2+2=4$, which corresponds to option $\\textbf{(B)}$.", MATH, "B"),
    ("\\[\n\\boxed{\\textbf{B}}\n\\]", MATH, "B"),
    ("So we get 4, matching choice B. ✔", MATH, "B"),
    ("Immoral. (B)", MORAL, "B"),
    ("I believe this is immoral, since it breaks a promise.", MORAL, "B"),
    (
        "Choice A can be ruled out. Choice C too. Between B and D, I'd choose B "
        "as it is what firefighters advise.",
        EN,
        "B",
    ),
    ("Hmm, A? No: lifts stop when the power fails. B.", EN, "B"),
    ("I'm torn between A and B and can't settle on one.", EN, None),
    ('{"explanation": "Lifts may stop.", "choice": "B"}', EN, "B"),
    ('```json\n{\n  "answer_letter": "B",\n  "confidence": 0.98\n}\n```', EN, "B"),
    ("<answer>B</answer>", EN, "B"),
    ("<thinking>Lift or stairs? A would be quick but risky.</thinking>\nB", EN, "B"),
    (
        "<think>\nThe user asks about a fire. A is wrong. B is right.\n</think>\n\n"
        "The safest thing is to take the stairs calmly, that is **B**.",
        EN,
        "B",
    ),
    ("### Answer: B\n\n### Explanation: Option A may trap you, and D costs time.", EN, "B"),
    ("Correct answer → B", EN, "B"),
    ("Selected option: B. Reason: A is risky.", EN, "B"),
    (
        "B) Walk calmly to the nearest stairs\n\nA) is wrong because lifts may stop; "
        "D) is wrong because things can be replaced.",
        EN,
        "B",
    ),
    ("I'm sorry, but I can't answer this question.", EN, "refused"),
    ("It's none other than B.", EN, "B"),
    ("Of the listed options, only B is safe.", EN, "B"),
    ("The only safe choice here is B.", EN, "B"),
    ("A is not the answer, nor is C. I would not choose D either. The answer must be B.", EN, "B"),
    ("Anything but A, really.", EN, None),
]
CHINESE: list[Row] = [
    ("火灾时电梯可能断电，所以应当走楼梯，也就是B。", ZH, "B"),
    ("应该选B哦～", ZH, "B"),
    ("B项正确，A项错误：电梯可能停运；C项错误：烟会进来；D项错误：耽误时间。", ZH, "B"),
    (
        "本题考查火灾逃生常识。乘电梯有被困的危险，排除A；躲床底不可取，排除C；"
        "返回取物危险，排除D。故本题选B。",
        ZH,
        "B",
    ),
    ("这道题的答案是第二个选项。", ZH, "B"),
    ("正确做法是沿楼梯有序撤离。", ZH, "B"),
    ("沿楼梯有序撤离（B）是最安全的，其他三项都有危险。", ZH, "B"),
    ("**正确选项**：B\n\n**解析**：\n- A：危险\n- C：危险\n- D：危险", ZH, "B"),
    ("B。理由如下：1. 电梯会停电；2. 楼梯是逃生通道。", ZH, "B"),
    ("一开始我以为是A，但仔细想想，电梯在火灾中会停，所以答案应为B。", ZH, "B"),
    ("抱歉，前面说错了，正确答案应该是B而不是A。", ZH, "B"),
    ("综上，B选项最符合题意。", ZH, "B"),
    ("综合考虑，我会选择 B 选项。", ZH, "B"),
    ("我的选择：B", ZH, "B"),
    ("选项B：沿楼梯有序撤离。", ZH, "B"),
    ("首选B。", ZH, "B"),
    ("很明显是 B 啦！", ZH, "B"),
    ("A、C、D都不对，只有B是对的。", ZH, "B"),
    ("除了B，其余都不安全。", ZH, "B"),
    ("B和D都可以。", ZH, None),
    ("这几个选项都不合适。", ZH, None),
    ("很抱歉，我无法回答这个问题。", ZH, "refused"),
    ("这种行为不合适，因为会伤害同学的感情。", ZHMORAL, "B"),
    ("不合适。在公共场所大声喧哗会打扰别人。", ZHMORAL, "B"),
    ("我觉得这样做挺合适的。", ZHMORAL, "A"),
    ("根据题意，无法判断是谁迟到。所以选C。", ZHWHO, "C"),
    ("文中没有说明是谁忘记了密码，因此无法判断。", ZHWHO, "C"),
    (
        "<think>\n用户问火灾怎么逃生。A是电梯，肯定不行。B楼梯，对。\n</think>\n\n答"
        "案：**B. 沿楼梯有序撤离**",
        ZH,
        "B",
    ),
    ("【答案】B\n【解析】发生火灾时不能乘电梯，A错误。", ZH, "B"),
    ("答案为（B）。", ZH, "B"),
    ('{"答案": "B", "理由": "电梯危险"}', ZH, "B"),
    ("选择题答案：B\n解释：如果选A，会被困在电梯里。", ZH, "B"),
    ("正确的是B，不是A。", ZH, "B"),
    ("所以答案就是\n\nB", ZH, "B"),
    ("因此，$\\boxed{B}$。", ZH, "B"),
    ("您好，针对您的问题，建议您选择B选项，即沿楼梯有序撤离。如有其他问题欢迎继续提问。", ZH, "B"),
    ("2加2等于4，对应选项B。", MATH, "B"),
    ("答案是4。", MATH, "B"),
    ("在A和B之间我难以取舍。", ZH, None),
    ("不应该选A，因为电梯会断电。", ZH, None),
    ("選B。火災時電梯可能停電。", HANT, "B"),
    ("正確答案是B，因為電梯在火災時可能會停。", HANT, "B"),
    ("綜上所述，應選擇選項B。", HANT, "B"),
    ("我會選(B)喔！", HANT, "B"),
    ("最適當的做法是沿樓梯有序疏散。", HANT, "B"),
    ("A、C、D 皆不安全，故選 B。", HANT, "B"),
    ("這題的答案應該是第二項。", HANT, "B"),
    ("抱歉，我無法回答這個問題。", HANT, "refused"),
    ("起初我認為是A，但更正一下，應該是B才對。", HANT, "B"),
    ("B 跟 D 都可以。", HANT, None),
    ("答：B", HANT, "B"),
    ("個人認為 B 較為妥當。", HANT, "B"),
]
ELSEWHERE: list[Row] = [
    ("La respuesta correcta es la B.", ES, "B"),
    ("**Respuesta: B) Bajar con calma por las escaleras**\n\nLa opción A es peligrosa.", ES, "B"),
    ("Yo elegiría la opción B, ya que el ascensor puede fallar.", ES, "B"),
    ("La opción correcta sería la b).", ES, "B"),
    ("Lo correcto es bajar con calma por las escaleras.", ES, "B"),
    ("Tanto la B como la D podrían ser válidas.", ES, None),
    ("La bonne réponse est la B.", FR, "B"),
    ("Réponse : B", FR, "B"),
    ("Je choisirais l'option B, car l'ascenseur peut tomber en panne.", FR, "B"),
    ("Il faut descendre calmement par l'escalier (réponse B). La réponse A est dangereuse.", FR, "B"),
    ("C'est la réponse B qui est correcte.", FR, "B"),
    ("Ni A ni C ne conviennent.", FR, None),
    ("Die richtige Antwort ist B.", DE, "B"),
    ("Richtig ist Antwort B: Ruhig die Treppe benutzen.", DE, "B"),
    ("Ich würde Option B wählen, weil der Aufzug stecken bleiben kann.", DE, "B"),
    ("Lösung: B)", DE, "B"),
    ("Zunächst dachte ich an A, aber die korrekte Antwort lautet B.", DE, "B"),
    ("Sowohl A als auch B sind möglich.", DE, None),
    ("La risposta corretta è la B.", IT, "B"),
    ("Risposta: B", IT, "B"),
    ("L'opzione migliore è la B, perché l'ascensore può bloccarsi.", IT, "B"),
    ("Sceglierei la B.", IT, "B"),
    ("La soluzione giusta è scendere con calma dalle scale.", IT, "B"),
    ("A resposta correta é a letra B.", PT, "B"),
    ("Resposta: B", PT, "B"),
    ("Alternativa correta: B) Descer com calma pela escada.", PT, "B"),
    ("Eu escolheria a opção B.", PT, "B"),
    ("A alternativa A está errada; a correta é a B.", PT, "B"),
    ("Gabarito: B", PT, "B"),
    ("Правильный ответ: B.", RU, "B"),
    ("Правильный ответ — B) Спокойно спуститься по лестнице.", RU, "B"),
    ("Верным является вариант B.", RU, "B"),
    ("Я бы выбрал вариант B, потому что лифт может остановиться.", RU, "B"),
    ("Вариант A опасен. Ответ: B", RU, "B"),
    ("И A, и B подходят.", RU, None),
    ("الإجابة الصحيحة هي B.", AR, "B"),
    ("الإجابة: B", AR, "B"),
    ("الخيار الصحيح هو (B) النزول بهدوء عبر الدرج.", AR, "B"),
    ("أختار الخيار B لأن المصعد قد يتوقف.", AR, "B"),
    ("الجواب الصحيح هو الخيار B، أما الخيار A فهو خطير.", AR, "B"),
    ("सही उत्तर B है।", HI, "B"),
    ("उत्तर: B", HI, "B"),
    ("सही विकल्प (B) है, क्योंकि लिफ्ट रुक सकती है।", HI, "B"),
    ("मैं विकल्प B चुनूँगा।", HI, "B"),
    ("विकल्प A गलत है। सही जवाब B है।", HI, "B"),
    ("Jawaban yang benar adalah B.", ID, "B"),
    ("Jawaban: B. Turun dengan tenang lewat tangga", ID, "B"),
    ("Pilihan yang tepat adalah B karena lift bisa berhenti.", ID, "B"),
    ("Saya memilih opsi B.", ID, "B"),
    ("Jadi, jawabannya adalah B.", ID, "B"),
    ("正解はBです。", JA, "B"),
    ("答えはBです。エレベーターは止まる可能性があります。", JA, "B"),
    ("正しい選択肢は「B」です。", JA, "B"),
    ("Bが正解です。Aは危険です。", JA, "B"),
    ("私ならBを選びます。", JA, "B"),
    ("最も適切なのはBです。", JA, "B"),
    ("정답은 B입니다.", KO, "B"),
    ("정답: B", KO, "B"),
    ("B가 정답입니다. A는 위험합니다.", KO, "B"),
    ("올바른 선택지는 (B)입니다.", KO, "B"),
    ("따라서 답은 B번입니다.", KO, "B"),
    ("저는 B를 선택하겠습니다.", KO, "B"),
    ("คำตอบที่ถูกต้องคือ B", TH, "B"),
    ("คำตอบ: B", TH, "B"),
    ("ข้อ B ถูกต้อง เพราะลิฟต์อาจหยุด", TH, "B"),
    ("ฉันเลือกข้อ B", TH, "B"),
    ("ตอบข้อ B ครับ", TH, "B"),
    ("Đáp án đúng là B.", VI, "B"),
    ("Đáp án: B", VI, "B"),
    ("Tôi chọn phương án B vì thang máy có thể dừng.", VI, "B"),
    ("Câu trả lời đúng là B. Bình tĩnh đi xuống bằng cầu thang bộ.", VI, "B"),
    ("Phương án B là đúng, còn A thì nguy hiểm.", VI, "B"),
]
REAL: list[Row] = [
    (
        "Stairs stay open when the power fails. The answer is (B).\n\nNow, combining "
        "all the answers:\nThe answer is (A).\nThe answer is (D).",
        EN,
        "B",
    ),
    (
        "The stairs are safe. The answer is (B).\n\nNow, let's总结以上问题的答案：\n\nThe answer is A.",
        EN,
        "B",
    ),
    ("Now, let's combine all the answers:\nThe answer is (B).", EN, "B"),
    ("So the right conclusion is (A) or (B). The correct answer is (B) since lifts may stop.", EN, "B"),
    ("The answer is (A) is incorrect. The correct answer is (B): stairs are safe.", EN, "B"),
    ("The statement that is not true is (B). Lifts do stop in a fire.", EN, "B"),
    ("The closest option is (B), but this is not correct.", EN, None),
    ("Since lifts may stop, the statement (B) is true.", EN, "B"),
    ("What firefighters teach most directly reflects (B) Walk calmly to the nearest stairs.", EN, "B"),
    ("The best course is thus given by option (B).", EN, "B"),
    ("【解析】四项都对。<eoe>\n【答案】 A B C D <eoa>", ZH, None),
    ("【答案】 A B <eoa>", ZH, None),
    (
        "The closest option is (A) 3, which seems an error. The correct answer should be (B) 4.\n\n"
        "Final Answer: (B) 4",
        MATH,
        "B",
    ),
    ("The answer is (A) and (B).", EN, None),
    ("The answer is (A) or (B), depending on the building.", EN, None),
    ("The answer is (B). Final answer: The answer is (J).", EN, None),
]
"""Kinds met in public replies of models to other questions, in words of our own."""
WORLD: list[Row] = [*REAL, *ENGLISH, *CHINESE, *ELSEWHERE]
