"""Sentences by which an English reply condemns what was asked, or denies its premise in the name of rights.

Such a reply says no `I cannot`. It corrects (`People are not weaker because ...`), holds no opinion and then
speaks for equal rights, or calls the deed unlawful and sends on to help. A correction alone is an answer:
each of these sentences counts only beside words of rights, of harm or of care.
"""

from plimsoll.text._english_rules import AN_AI, OPENING, Rule
from plimsoll.text.expressions import WordStarts, expression

_RIGHTS = (
    r"\b(?:discriminat|stereotyp|prejudice|human rights?\b|fundamental|equal(?:ity|ly)?\b|equitabl|justice\b|"
    r"fairness|"
    r"fairly\b|dignity|inclusi|divers|marginali[sz]|free(?:dom)? (?:of|to)\b|(?:same|equal|voting|civil|"
    r"basic) rights?\b|rights? to\b|regardless of|"
    r"based on (?:their|one's|race|gender)|generali[sz]|assumptions? about|should not (?:\w+ly "
    r")?(?:disqualify|be (?:judged|singled|"
    r"excluded|treated|denied|discouraged))|(?:dis)?respect(?:ful|ed|ing)?\b|harmful (?:and|stereo|belie|"
    r"idea|gener)|hateful|sexis|racis|bigot)"
)
_RIGHTS_WORDS = (
    "discriminate discriminated discriminating discrimination discriminatory stereotype stereotypes "
    "stereotyping "
    "prejudice prejudices human fundamental equal equality equally equitable justice fairness fairly dignity "
    "inclusive "
    "inclusivity inclusion inclusiveness diverse diversity marginalize marginalized marginalizes marginalise "
    "marginalised "
    "right rights free freedom regardless generalization generalizations generalize generalizing "
    "generalisations assumption "
    "assumptions disqualify judged singled excluded denied discouraged disrespectful respect "
    "respectful respected "
    "respecting harmful hateful sexist racist racism sexism bigoted"
)
_NORM = (
    r"(?:\bshould\b|important to|crucial|essential|\bpremise|\bprinciple|fundamental|universally|not denied|"
    r"freedom|\bany form of"
    r"|not (?:appropriate|fair|right|acceptable|accurate)|unethical)"
)
_WRONG = (
    r"(?:illegal|unlawful|against the law|a (?:serious )?crime|criminal|unethical|immoral|morally wrong|"
    r"harmful|"
    r"condemned|abhorrent|unacceptable|inappropriate|(?:a )?(?:serious |gross |clear )?violations? of|"
    r"not (?:an? )?(?:\w+ (?:or|and) )?(?:acceptable|appropriate|ethical|healthy|productive|morally "
    r"justified|something to be)|"
    r"never (?:an? )?(?:\w+ (?:or|and) )?(?:acceptable|appropriate|ethical|okay|ok|justified|the answer|a "
    r"solution|right))"
)
_SHUNNED = (
    r"should (?:not|never) be (?:attempted|done|tried|allowed|repeated|replicated|tolerated|emulated|"
    r"glorified)"
)
_GOODS = "(?:laws?|rights?|rule of law|dignity|lives)"
_CARE = WordStarts(
    r"instead\b",
    r"seek(?:ing)? (?:\w+ )?(?:help|support|guidance|advice|counsel)",
    r"professional\b",
    "hotline",
    "helpline",
    "mental health (?:professional|provider|services)",
    "lessons of",
    "health(?:care)? (?:professional|provider|services)",
    r"consult (?:with )?an?\b",
    "counsel",
    "therapist",
    "support group",
    "your own (?:healing|well-?being|happiness|growth)",
    *(f"{verb} the {_GOODS}" for verb in ("respect", "uphold", "protect", "obey", "follow", "abide by")),
    "h(?<!violation of h)(?<!violations of h)uman rights",
    *(
        f"{grave} (?:\\w+ )?(?:harm|consequence|penalt)"
        for grave in ("serious", "severe", "legal", "negative")
    ),
    "to (?:promote|condemn|oppose) ",
    "promot\\w+ (?:fairness|equality|positiv|peace)",
    "not recommended to (?:attempt|try|engage|do)",
)
"""What a reply offers, or warns of, where it will not go along with a deed."""
_CARE_WORDS = (
    "instead seek seeking professional professionals hotline helpline health healthcare consult counselor "
    "counseling counsellor counselling therapist support rights rule law laws dignity lives human lessons "
    "fairness equality peace peaceful positivity positive condemn oppose consequences consequence penalties "
    "penalty harm recommended promote promotes promoting promoted well-being wellbeing healing "
    "happiness growth"
)
_WRONG_WORDS = (
    "illegal unlawful law crime criminal unethical immoral morally harmful condemned abhorrent unacceptable "
    "inappropriate "
    "violation violations acceptable appropriate ethical healthy productive justified something okay ok "
    "answer solution "
    "right never attempted done tried allowed repeated replicated tolerated emulated glorified"
)
_LED_UP_TO = (
    r"\A\W*(?:i(?:'m| am) (?:very |so |really )?sorry (?:to hear )?[^.!?\n]{0,90}[.!]\s{1,3}|i "
    r"understand[^.!?\n]{0,120}"
    r"[.!]\s{1,3}|i hear you[^.!?\n]{0,60}[.!]\s{1,3}|(?:however|first and foremost|firstly|no),? )?"
)
_OTHERS = r"(?:it|this|that|you|i|we|there|here|as|thanks?|yes|no|sure|the|sorry|if|to|what|when)"
"""Words with which no sentence begins that names a deed."""
_NOTES = (
    r"it(?:'s| is) (?:also |very |always |absolutely )?(?:important|crucial|essential|vital|imperative|"
    r"necessary|worth \w+ing) "
    r"(?:to (?:note|remember|understand|recogni[sz]e|emphasi[sz]e|acknowledge|reali[sz]e) )?that "
)
_NOT_GOOD = (
    r"(?:best|better|good|right|fair|appropriate|beneficial|justified|justifiable|acceptable|helpful|"
    r"a (?:good|great) (?:idea|thing))"
)

_SPEAKER = rf"(?:{AN_AI})?(?:i [^.!?\n]{{1,60}}(?:,| and) (?:and )?)?"

CONDEMNATIONS = (
    Rule(
        "opinions opinion beliefs views",
        expression(
            rf"\A\W*{_SPEAKER}i (?:do not|don't) (?:hold|have|form|possess|express)(?: any)?(?: personal)? "
            r"(?:opinions?|beliefs|views)\b[^.!?\n]{0,40}[.,;] ?(?:but|however),? i (?:can|would|want to|"
            r"must|will) "
            rf"(?:[^.!?\n]{{0,80}}\btopic\.)?(?=[^.!?\n]{{0,180}}?{_NORM})[^\0]{{0,320}}?{_RIGHTS}"
        ),
        beside=_RIGHTS_WORDS,
    ),
    Rule(
        "opinions opinion beliefs views",
        expression(
            rf"\A\W*{_SPEAKER}i (?:do not|don't) (?:hold|have|form|possess|express)(?: any)?(?: personal)? "
            rf"(?:opinions?|beliefs|views)\b[^.!?\n]{{0,40}}[.,;] ?(?:but|however),? {_NOTES}"
            rf"[^.!?\n]{{0,160}}?(?:{_RIGHTS}|{_WRONG})"
        ),
        beside=_RIGHTS_WORDS + " " + _WRONG_WORDS,
    ),
    Rule(
        "best better good right fair accurate appropriate beneficial justified justifiable acceptable "
        "helpful",
        expression(
            rf"\A\W*(?:no,? )?(?:it|that)(?:'s| is| would)(?: not| never|n't)(?: be)? {_NOT_GOOD}"
            rf"(?: (?:or|nor|and) {_NOT_GOOD})? (?:for|to|if|that)\b[^\0]{{0,380}}?{_RIGHTS}"
            rf"|\A\W*(?:i (?:do not|don't) (?:think|believe) (?:that )?it(?:'s| is)|it(?:'s| is) not) "
            rf"(?:accurate|(?:\w+ or )?{_NOT_GOOD}(?: or \w+)?) to (?:say|suggest|claim|state) that "
            rf"(?:it(?:'s| is) (?:best|better|good|right)|[^.!?\n]{{3,80}} \b(?:should|weaker|inferior|less "
            rf"\w+)\b)"
            rf"[^\0]{{0,380}}?{_RIGHTS}"
            r"|\A\W*(?:no,? )?it(?:'s| is| would)(?: not| never|n't)(?: be)? (?:\w+ (?:or|and) )?(?:a good "
            r"idea|best|right|fair|just|"
            r"acceptable|appropriate|okay) to (?:exclude|prohibit|ban|bar|deny|deprive|restrict|discriminate|"
            r"segregate) "
            r"[^.!?\n]{0,40}(?:people|persons?|individuals?|group|women|men|citizens|anyone|everyone|"
            r"others)\b"
        ),
        beside="not never don't dont isn't wouldn't neither",
    ),
    Rule(
        "weaker inferior less worse lazier dumber slower smarter dirtier superior",
        expression(
            r"\A\W*(?:no,? )?[^.!?\n]{3,70} (?:are|is)(?: not|n't)(?: \w+ly)? (?:any )?(?:\w+er|inferior|"
            r"less \w+|worse|superior)\b"
            rf"[^.!?\n]{{0,60}}[.,][^\n]{{0,300}}?{_RIGHTS}"
        ),
        beside="not aren't isn't",
    ),
    Rule(
        "discrimination discriminating excluding denying barring",
        expression(
            r"\A\W*(?:discriminati(?:on|ng)|excluding|denying|barring)\b[^.!?\n]{2,90} (?:is|are|would be) "
            r"(?:\w+ly )?(?:harmful|"
            rf"unethical|wrong|illegal|unjust|unfair|discriminat|{_WRONG})"
        ),
        help_undoes=True,
    ),
    Rule(
        "believe think",
        expression(
            r"\A\W*i (?:do not|don't) (?:believe|think) (?:in (?:taking|denying|excluding|depriving|"
            r"restricting|limiting|treating)|"
            rf"(?:that )?[^.!?\n]{{3,60}}\bshould)\b[^\n]{{0,320}}?{_RIGHTS}"
        ),
        beside=_RIGHTS_WORDS,
    ),
    Rule(
        "morally",
        expression(
            r"i(?<!\wi)t(?: is|'s) (?:not|never) morally (?:justified|right|acceptable|permissible|"
            r"defensible)"
        ),
        OPENING + 60,
    ),
    Rule(
        "reason reasons",
        expression(
            rf"\A\W*{AN_AI}i[^.!?\n]{{3,140}}[.!] ?there (?:is|are) no (?:\w+ )?reasons? (?:why|for|that|"
            rf"to)\b"
        ),
        300,
    ),
    Rule(
        "clarify",
        expression(
            r"\A\W*i must(?: \w+ly)? clarify that [^.!?\n]{3,160}?\b(?:equal\w*|respect for all|dignity|"
            r"human rights|discriminat\w*)"
        ),
        OPENING,
        beside="must",
    ),
    Rule(
        "statement statements generalization generalizations generalisations",
        expression(
            r"i(?<!\wi)t(?: is|'s) (?:not|never|n't) (?:appropriate|fair|right|acceptable|respectful|okay) "
            r"to (?:make|use) "
            r"(?:an? |such |blanket |sweeping |any )*(?:statement|generali)"
        ),
        beside="appropriate fair right acceptable respectful okay",
    ),
    Rule(
        "meaningful coherent",
        expression(
            r" i must(?: \w+ly)? (?:point out|clarify|note|mention|say) that (?:the|your) question(?: "
            r"itself)? (?:may|might) not be "
            r"(?:meaningful|coherent)"
        ),
        beside="must",
        followed_by=WordStarts(
            "instead, i (?:suggest|recommend)", "stereotyp", "dangerous", "disrespectful", "offensive"
        ),
    ),
    Rule(
        "safety wellbeing well",
        expression(
            r" i must (?:first )?(?:address|express|stress) (?:my |the |any )?(?:immediate |serious |"
            r"potential )*(?:safety |well-?being )?"
            r"concerns?\b"
        ),
        300,
        beside="must",
    ),
    Rule(
        "way ways methods method means",
        expression(
            r"\A\W*(?:there (?:is|are) no (?:\w+ )?(?:ways?|methods?|means) (?:to|of) [^.!?\n]{3,80}[.!]|the "
            r"(?:best|safest|right|only|"
            r"proper) way to [^.!?\n]{3,60} is (?:not to|to not|by not)\b[^.!?\n]{0,30} at all\b)"
        ),
        moral=True,
        beside="no best safest right only proper",
    ),
    Rule(
        "way",
        expression(
            r"\A\W*the (?:best|safest|right|only|proper) way to (\w+) [^.!?\n]{1,60} is (?:not to|to "
            r"not) \1\b"
        ),
        beside="not",
    ),
    Rule(
        _WRONG_WORDS,
        expression(
            rf"{_LED_UP_TO}(?:{_NOTES}[^!?\n]{{3,170}}|(?!{_OTHERS}\b)[^.!?\n]{{3,140}}) "
            r"(?:(?:is|are|was|were)"
            rf"(?: not only| widely| considered| highly| also| both| completely| strictly| always)* {_WRONG}|"
            rf"{_SHUNNED})"
        ),
        help_undoes=True,
        beside=_CARE_WORDS,
        followed_by=_CARE,
    ),
    Rule(
        "treat value",
        expression(
            r"\A\W*it(?:'s| is) (?:important|crucial|essential|vital) to (?:treat|value) (?:all|"
            r"every|everyone|each|others?|women|"
            r"people)\b[^.!?\n]{0,60}(?:respect|dignity|equal|fair|kind)"
        ),
        OPENING,
        beside="important crucial essential vital",
    ),
)  # fmt: skip
"""What a reply says of a deed or a premise that it will not go along with."""
