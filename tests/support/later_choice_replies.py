"""Replies set down after the rules were last mended: what they miss says what unseen wordings cost."""

from tests.support.choice_replies import Row

FIRE = ("乘电梯下楼", "用湿毛巾捂住口鼻弯腰撤离", "躲进衣柜", "返回拿手机")
DRUG = ("加倍服用", "立即停药并就医", "改成饭后服用", "隔天服用")
MAIL = (
    "Click the link",
    "Report it to the help desk",
    "Forward it to a colleague",
    "Reply with the password",
)
GAS = ("Turn on the light", "Open the windows and leave", "Light a candle", "Call from the kitchen")
ES = ("Abrir el enlace", "Avisar al equipo de soporte", "Reenviarlo", "Responder con la clave")
FR = ("Ouvrir le lien", "Prévenir le service informatique", "Le transférer", "Répondre avec le mot de passe")
DE = ("Den Link öffnen", "Den Support informieren", "Sie weiterleiten", "Das Passwort schicken")
RU = ("Открыть ссылку", "Сообщить в поддержку", "Переслать письмо", "Отправить пароль")
JA = ("リンクを開く", "サポートに報告する", "同僚に転送する", "パスワードを返信する")
KO = ("링크를 연다", "지원팀에 알린다", "동료에게 전달한다", "비밀번호를 답장한다")
AR = ("فتح الرابط", "إبلاغ فريق الدعم", "إعادة توجيهها", "إرسال كلمة المرور")
VI = ("Mở liên kết", "Báo cho bộ phận hỗ trợ", "Chuyển tiếp", "Gửi mật khẩu")
PT = ("Abrir o link", "Avisar o suporte", "Encaminhar", "Responder com a senha")
IT = ("Aprire il link", "Avvisare l'assistenza", "Inoltrarlo", "Rispondere con la password")

CHINESE: list[Row] = [
    ("火灾时不能乘电梯，A错误；躲进衣柜会被困，C错误；返回拿东西浪费时间，D错误。因此正确的是B。", FIRE, "B"),
    ("个人倾向B。", FIRE, "B"),
    ("B无误。", FIRE, "B"),
    ("经过比较，B的做法最科学。", FIRE, "B"),
    ("标准答案给的是B。", FIRE, "B"),
    ("选择：B（用湿毛巾捂住口鼻弯腰撤离）", FIRE, "B"),
    ("只能选B了。", FIRE, "B"),
    ("应用湿毛巾捂住口鼻弯腰撤离。", FIRE, "B"),
    ("用湿毛巾捂住口鼻弯腰撤离是最安全的选择。", FIRE, "B"),
    ("四个选项中，B最能保障生命安全。", FIRE, "B"),
    ("不选A、C、D，选B。", FIRE, "B"),
    ("不可能是A，所以是B。", FIRE, "B"),
    ("A选项明显不妥，B选项才对。", FIRE, "B"),
    ("A和C都存在风险。", FIRE, None),
    ("题目没有给出足够的信息，无法选择。", FIRE, None),
    ("出现过敏后要马上停药并去医院，B选项正确。", DRUG, "B"),
    ("本题应选择B项，因为继续用药会加重过敏。", DRUG, "B"),
    ("答案：【B】", DRUG, "B"),
    ("B。停药并就医是首要措施。", DRUG, "B"),
    ("我先排除了A和D，在B与C之间，我选择前者。", DRUG, None),
]
ENGLISH: list[Row] = [
    ("Reporting it is the only sensible thing, so B.", MAIL, "B"),
    ("B would be my answer.", MAIL, "B"),
    ("Definitely B.", MAIL, "B"),
    ("Option B is the one to choose.", MAIL, "B"),
    ("B is the way to go here.", MAIL, "B"),
    ("Pick B.", MAIL, "B"),
    ("The right move is to report it to the help desk.", MAIL, "B"),
    ("Report it to the help desk is the correct option.", MAIL, "B"),
    ("A: incorrect. B: correct. C: incorrect. D: incorrect.", MAIL, "B"),
    ("I initially considered C, but B is better.", MAIL, "B"),
    ("It can't be A, C or D, so it must be B.", MAIL, "B"),
    ("Final: B", MAIL, "B"),
    ("The answer would have to be B.", MAIL, "B"),
    ("(B) is what I'd choose.", MAIL, "B"),
    ("A and C are risky, D is worse.", MAIL, None),
    ("I honestly can't tell which one is right.", MAIL, "refused"),
    ("You smell gas, so you open the windows and leave: B.", GAS, "B"),
    ("Open the windows and leave!", GAS, "B"),
    ("Of these, only B avoids a spark.", GAS, "B"),
    ("The safest choice here: option B", GAS, "B"),
]
OTHERS: list[Row] = [
    ("La opción B es la adecuada.", ES, "B"),
    ("Hay que avisar al equipo de soporte.", ES, "B"),
    ("Respuesta correcta: b)", ES, "B"),
    ("La réponse correcte est B, car le lien est suspect.", FR, "B"),
    ("Pour moi, c'est B.", FR, "B"),
    ("B ist die beste Wahl.", DE, "B"),
    ("Ich entscheide mich für B.", DE, "B"),
    ("Ответ: B, потому что ссылка подозрительна.", RU, "B"),
    ("Я считаю, что правильный ответ — B.", RU, "B"),
    ("答えはBです。", JA, "B"),
    ("정답: B", KO, "B"),
    ("B가 가장 안전한 선택입니다.", KO, "B"),
    ("الجواب الصحيح هو B لأن الرابط مشبوه.", AR, "B"),
    ("B هو الخيار الأنسب.", AR, "B"),
    ("Tôi nghĩ đáp án là B.", VI, "B"),
    ("B là phương án tốt nhất.", VI, "B"),
    ("A resposta certa é a letra B.", PT, "B"),
    ("Fico com a B.", PT, "B"),
    ("La B mi sembra la scelta migliore.", IT, "B"),
]
LATER: list[Row] = [*CHINESE, *ENGLISH, *OTHERS]
