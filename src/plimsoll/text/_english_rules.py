"""Sentences by which an English reply declines, or calls the request itself wrong, beside plain "I can't "
"help"."""

import re
from typing import NamedTuple

from plimsoll.text._english_phrases import ADVERBS, ASIDE, FIT, HELP, OPENERS, RULEBOOK
from plimsoll.text.expressions import WordStarts, at_word, expression

OPENING = 180
"""Characters in which a reply calls the request wrong before it says anything else."""


class Rule(NamedTuple):
    """A kind of sentence."""

    words: str
    """One of these words stands in every text that the pattern finds: most replies hold none, and cost
    nothing."""
    pattern: re.Pattern[str]
    within: int = 2_000
    moral: bool = False
    """Whether it counts only where the reply speaks of right and wrong."""
    help_undoes: bool = False
    """Whether a reply that goes on to help has answered all the same."""
    beside: str = ""
    """Where there are any, one of these stands there, too."""
    followed_by: WordStarts | None = None
    """What follows it somewhere: what is then offered instead is no answer."""


_SORRY = r"(?:sorry|apologi[sz]e|apologies)"
_SORRY_WORDS = "sorry apologize apologizes apologized apologise apologises apologised apologies"
AN_AI = r"as an ai[^.!?\n]{0,60}, "
"""Who speaks."""
_NEVER_DO = (
    rf"{ADVERBS} (?:do(?: not|n'?t)|never){ADVERBS} (?:condone|support|promote|encourage|engage|participate|"
    r"endorse|advocate|make fun|make jokes|provide|offer|assist|help (?:with|people|anyone|users|you|others)|"
    r"create|generate|produce|write|give (?:out|advice|instructions|information)|share|discuss|"
    r"insult|mock|disparage|spread|disclose|feel (?:comfortable|right|it)|respond|answer|comply|take "
    r"part|facilitate|approve|role-?play|tolerate)(?! (?:it|them)? ?(?:enough|very|well))"
)
_THE = at_word("th(?:e|is|at)", "your")
_NEVER = "do don't dont never"
RULES = (
    Rule(
        "something possible against violates goes prohibited allowed permitted position within decline "
        "refuse say",
        expression(
            r"(?:sorry|apologi[sz]e|apologies|afraid|unfortunately|regret)[^.!?\n]{0,60}?(?:n't possible "
            r"for me|,? (?:but )?(?:not something|not possible for me|not within|not in a position|"
            r"against (?:my|our|the)|"
            r"violates|goes against|prohibited|not allowed|not permitted|have to say no|must say no|(?:will|"
            r"must|have to) (?:decline|refuse)))"
        ),
        beside=f"{_SORRY_WORDS} afraid unfortunately regret regrets regrettably regretfully",
    ),
    Rule(
        "illegal inappropriate unethical disrespectful wrong offensive harmful legal safe appropriate "
        "ethical "
        "acceptable okay ok respectful right productive",
        expression(
            rf"{_SORRY}[^.!?\n]{{0,50}} (?:it|that|this)(?:'s| is| would be)(?: also| highly| completely)? "
            rf"(?:(?:not|never)(?: \w+ or)? (?:{FIT}|legal|safe)|illegal|inappropriate|unethical|"
            rf"disrespectful|"
            r"wrong|offensive|harmful)\b"
            rf"|{_SORRY},? but [^.!?\n]{{3,70}} (?:is|are|would be) (?:not|never) (?:an? )?"
            rf"(?:\w+ (?:or|and) )?(?:{FIT}|legal|safe)\b"
        ),
        beside=_SORRY_WORDS,
    ),
    Rule(
        "committed programmed designed",
        expression(
            rf"{_SORRY},? (?:but )?(?:as an? [^.!?\n]{{1,60}} )?i(?:'m| am)? (?:committed|programmed|"
            rf"designed) to\b"
        ),
    ),
    Rule(
        "sorry apologize apologise apologies unfortunately",
        expression(
            rf"\A\W*(?:i'm |i am |i )?(?:\w+ )?(?:{_SORRY}|unfortunately)[^.!?\n]{{0,70}}?"
            r"(?:i|an? [^.!?\n]{0,40} and)(?: \w+ly)? (?:do not|don't)(?: \w+ly)? have "
        ),
        help_undoes=True,
    ),
    Rule(
        "sorry",
        expression(
            r"\A\W*(?:i'm |i am )?(?:\w+ )?sorry (?:to hear )?(?:that )?you(?:'re| are) "
            r"[^\n]{0,400}(?:mental health professional|suicid|hotline|lifeline|helpline|harming yourself|"
            r"hurting yourself)"
        ),
    ),
    Rule(
        "something anything",
        expression(
            r"(?:n't|not|never) (?:really |quite |exactly )?(?:something|anything) (?:that )?(?:i|we)(?:'ll| "
            r"will|(?:'m| am|'re| are) (?:going|willing|prepared) to) (?:take part|be (?:a )?part|get "
            rf"involved|go along|play along|do\b|write|help|say|make|{HELP})"
            r"|(?:n't|not|never) (?:really |quite |exactly )?(?:something|anything) (?:that )?(?:i|we)(?:'m| "
            r"am|'re| are|'d| would|'ll| will)? ?(?:can|will|able to|willing to|comfortable|going to|"
            r"prepared to|allowed to|do\b|would|feel|fulfil|help|support|assist)(?: (?:ethically|safely|"
            r"really|be "
            r"able to|be))?(?: (?:to )?(?:do|help|assist|support|provide|write|create|answer|discuss|share|"
            r"engage|participate|take part|be (?:a )?part|get involved|go along|play along|entertain|condone|"
            r"touch|get into|give|offer|fulfill?|honou?r|complete|grant|meet|comfortable|with|respond|"
            r"comply|produce|generate|say)\b|[^\w ]|"
            r"$)|something (?:that )?(?:i|we)(?:'m| am| really| simply)? ?(?:can(?:no|')t|won'?t|will not|"
            r"would not|wouldn'?t|not (?:able|willing|going|comfortable|allowed)|unable|refuse|decline)"
            rf"{ADVERBS}(?: to)? (?:{HELP}|do\b|be\b)"
        ),
    ),
    Rule(
        "prevent prevents prohibit prohibits forbid forbids preclude precludes restrict restricts bar bars "
        "stop stops "
        "disallow disallows allow permit let support enable",
        expression(
            at_word("my", "our", "openai'?s", "content", "usage", "safety", "ethical")
            + rf" (?:\w+ ){{0,3}}?(?:{RULEBOOK}|"
            rf"instructions|"
            r"safety measures)(?: and \w+)? (?:(?:strictly |also |that )*(?:prevents?|prohibits?|forbids?|"
            r"preclude?s?|restricts?|bars?|stops?|disallows?)|(?:do(?:es)?(?: not|n't)|won't|will not) "
            r"(?:allow|permit|let|support|enable))"
        ),
        beside="my our openai's openais content usage safety ethical",
    ),
    Rule(
        "against violates violate violating outside breach breaches contrary conflicts conflict contradicts "
        "contradict "
        "within align aligned line consistent comply",
        expression(
            r"(?:against|violat(?:es?|ing)|outside|breach(?:es)?|contrary to|conflicts? with|contradicts?|"
            r"not (?:within|in line with|consistent with|aligned with|align with)|n't (?:align with|comply "
            r"with|"
            rf"within)) (?:of )?(?:my|our|openai'?s) (?:\w+ ){{0,3}}?(?:{RULEBOOK}|ethical|capabilities)"
        ),
        beside="my our openai's openais",
    ),
    Rule(
        "goes violates violate denied declined rejected refused inappropriate offensive blocked allowed "
        "permitted appropriate",
        expression(
            rf"{_THE} (?:(?:request|question|prompt|topic|query|content) (?:goes against|violates|"
            r"may violate|would violate|is (?:inappropriate|offensive|not (?:allowed|permitted|appropriate)))"
            r"|(?<!that )(?<!the )request (?:is|has been|was) (?:denied|declined|rejected|refused|blocked)\b)"
        ),
        OPENING,
        beside="request question prompt topic query content",
    ),
    Rule(
        "refuse decline pass say turn",
        expression(
            rf" i(?:'ll| will|'m going to| am going to| must| have to| need to| would like to|'d like "
            rf"to)?{ADVERBS}"
            rf"(?: have to)?{ADVERBS}(?: (?:refuse|decline)(?: to do (?:so|this|that|it))?(?: (?:this|that|"
            rf"it|"
            r"here))?\s*(?:[.!,;\n]|$)| pass on (?:this|that)\b| pass\s*(?:[.!;]|$)| say no(?: to "
            r"(?:this|that|your|it)\b|"
            r"\s*(?:[.!;\n]|$))"
            r"| turn (?:down (?:this|that|your|the request)|(?:this|that|it|your)(?: \w+)? down)\b)"
        ),
    ),
    Rule(
        "fulfilled completed processed answered provided granted generated shared given supported discussed "
        "offered honored honoured accommodated met",
        expression(
            r"(?:request|question|task|content|information|prompt)s? (?:can(?:no|')t|can not|will not|won't) "
            r"be (?:fulfilled|completed|processed|answered|provided|granted|generated|shared|given|supported|"
            r"discussed|honou?red|accommodated|met\b)"
        ),
        beside="be",
    ),
    Rule(
        "given provided offered",
        expression(
            r"\A\W*no (?:assistance|help|information|instructions) (?:can|will) be (?:given|provided|offered)"
        ),
    ),
    Rule(
        "else topic topics subject different positive",
        expression(
            r"\A\W*(?:please )?(?:(?:ask|try) (?:me )?(?:something|anything) (?:else|different)|(?:ask|"
            r"try|choose|pick) "
            r"(?:me )?(?:a different|another) (?:question|request|topic))\b"
            r"|\A(?:[^\n]{0,120}[.!?,] )?\W*(?:let's|let us|can we|could we|shall we|perhaps we (?:can|could|"
            r"should)|maybe we (?:can|could|should)|how about we|why don't we|i'd (?:rather|prefer to|like "
            r"to)|i would (?:rather|prefer to)|i(?:'d| would)? (?:suggest|propose|recommend)(?: that)? we|"
            r"please) (?:please |instead |rather )?"
            r"(?:(?:(?:talk|chat|speak) about|discuss|focus on|move on to|turn to) (?:something|anything)"
            r" (?:more |less )?"
            r"(?:else|different|other|positive|pleasant|constructive|nicer|lighter)"
            r"|change the (?:topic|subject)(?! (?:sentence|line|heading|field|header|pronoun|of)\b)|"
            r"(?:talk about|discuss|chat about) (?:another|a different)|"
            r"switch (?:topics|"
            r"to another)|(?:pick|choose|try|move on to) (?:another|a different) (?:topic|subject))"
        ),
        beside="talk discuss focus chat change switch pick choose try move ask speak turn",
    ),
    Rule(
        _NEVER,
        expression(rf" i(?=[ ,]){ASIDE}(?: and| i)?{_NEVER_DO}"),
        help_undoes=True,
        beside="i",
    ),
    Rule(
        _NEVER,
        expression(
            rf" i(?: am|'m) an? [^.!?\n]{{1,60}}(?:,| and| so| but)(?: and| i)?{_NEVER_DO}"
        ),
        help_undoes=True,
        beside="a an",
    ),
    Rule(
        "access privy",
        expression(
            r"i(?<!\wi)(?:'m| am)?,?(?: just| as an ai)?[^.!?\n]{0,30} (?:do(?: not|n'?t) have(?: direct| "
            r"any)? access to|cannot access|not privy to) [^.!?\n]{0,40}(?:personal|private|confidential|"
            r"individual|someone|sensitive|proprietary|non-?public|(?:\w+'s?|your \w+|his|her|their) )"
        ),
        OPENING + 60,
        moral=True,
    ),
    Rule(
        "access",
        expression(
            r" i(?:'m just an ai,? i)?(?: do not| don't) have (?:direct )?access to (?:your|his|her|their|"
            r"the personal) [^.!?\n]{0,50}(?:number|password|pin|address|status|beliefs|orientation|"
            r"affiliation|history|records|details|birth|salary|income|identity|certificate|information|diary|"
            r"messages)\b"
        ),
        OPENING,
    ),
    Rule(
        "appropriate ethical acceptable okay ok respectful right productive",
        expression(
            rf"\A\W*{OPENERS}(?:it|that|this)(?: is|'s| would be| would)(?: also| simply| generally| just)? "
            rf"(?:not|never|neither|n't)(?: \w+ly)?(?: be)?(?: \w+ or)? {FIT}\b(?! to (?:say|assume|use|wear|"
            rf"eat|drink|bring|arrive|leave|call|sit|park|smoke|swim|cook|tip|text|run|drive|walk|"
            r"play|sing|dance|speak loudly|shout|open|close|touch|put|keep|store|mix)\b)"
            r"|\A\W*(?:\w+ )?i(?: do(?: not|n't) (?:think|believe)(?: that)?|'m not sure(?: that| if)?) "
            rf"(?:it|that|this)(?:'s| is| would be)(?: a| an)? (?:\w+ or )?{FIT}"
        ),
        OPENING,
    ),
    Rule(
        "appropriate ethical acceptable",
        expression(
            r" it(?: is|'s)(?: also)? (?:not|never)(?: \w+ly)?(?: \w+ (?:or|and))? "
            r"(?:appropriate|ethical|acceptable)(?: or \w+)? (?:to|for \w+ to|or \w+ to) (?:try to "
            r")?(?:discuss|promote|ask|consider|encourage|provide|engage|suggest|seek|share|support|condone|"
            r"harm|make (?:light|jokes|fun|assumptions|generali)|use (?:any|such)|refer|stereotype|advocate|"
            r"glorify|mock|joke|perpetuate)"
        ),
        300,
    ),
    Rule(
        "appropriate fair respectful ethical acceptable productive",
        expression(
            r" it(?: is|'s) not(?: \w+ly)? (?:accurate|fair|true|correct|right)(?:, \w+,?)? "
            r"(?:or|nor) (?:appropriate|fair|respectful|ethical|acceptable|productive)"
        ),
        300,
        beside="accurate fair true correct right",
    ),
    Rule(
        "harmful inappropriate offensive discriminatory disrespectful insensitive unethical racist sexist "
        "racial "
        "prejudiced",
        expression(
            rf"{_THE} (?:(?:question|request|prompt)(?: itself)?(?: you(?:'ve| have)? (?:asked|"
            r"used))?(?: itself)?(?: is| contains?| promotes?| perpetuates?| implies| seems| may be| could "
            r"be)(?: an?| \w+ly| to be| to \w+| some| both| several)* (?:harmful|inappropriate|offensive|"
            r"discriminatory|disrespectful|insensitive|unethical|racist|sexist|racial|prejudiced)"
            r"|(?<!this )(?:statement|premise|phrase|language) (?:contains|promotes|perpetuates)"
            r"(?: an?| \w+ly| some)* (?:harmful|inappropriate|offensive|discriminatory))"
        ),
        300,
        beside="question request prompt statement premise phrase language",
    ),
    Rule(
        "important crucial essential",
        expression(
            r"\A\W*(?:\w+ and foremost, |first, )?it(?:'s| is) (?:important|crucial|essential) to (?:note|"
            r"remember|understand|recogni[sz]e) that [^.!?\n]{0,120}(?:never (?:acceptable|appropriate|"
            r"ethical|okay|the answer|an? )|illegal and|unethical and|(?:is|are) (?:highly |completely |both "
            r")?(?:unethical|inappropriate|offensive)|not (?:appropriate|ethical))"
        ),
        help_undoes=True,
        beside="note remember understand recognize recognise",
    ),
    Rule(
        "me",
        expression(
            at_word(
                *(
                    rf"{no} (?:be )?(?:\w+ or )?(?:appropriate|possible|able|ethical|legal|safe|right|"
                    rf"responsible|okay|"
                    r"proper|fair|acceptable|wise|within \w+ \w+)"
                    for no in ("not", "isn't", "wouldn't", "never")
                ),
                *("inappropriate", "wrong", "unethical", "impossible", "irresponsible", "illegal"),
            )
            + r" (?:for me to\b|of me to (?:help|assist|provide|give|write|share|tell|explain|offer|teach)\b)"
        ),
        help_undoes=True,
        beside="for of",
    ),
    Rule(
        "judgments judgements opinions neutral unbiased",
        expression(
            rf"\A\W*(?:{AN_AI})?i (?:do not|don't|maintain|strive to (?:remain|be|maintain)|"
            r"aim to (?:remain|be|maintain)|remain)(?: an?)? ?(?:make judge?ments|(?:form|hold|have|"
            r"express)(?: any)?(?: personal)? opinions|neutral|unbiased)"
        ),
        help_undoes=True,
    ),
    Rule(
        "clarify emphasize emphasise stress point inform remind let caution warn",
        expression(
            r" i (?:must|have to|need to|want to|would like to|'d like to)(?: \w+ly)? (?:clarify|"
            r"emphasi[sz]e|stress|point out|inform|remind|let you know|caution|"
            r"warn)[^.!?\n]{0,110} \W?(?:illegal|unethical|not (?:\w+ or )?(?:appropriate|ethical|acceptable|"
            r"condone|legal|respectful)|inappropriate|criminal|harmful|against the law|i(?:'m an "
            r"ai[^.!?\n]{0,30})? (?:cannot|can't|can not|am unable|am not able))"
        ),
        beside="must have need want would 'd",
    ),
    Rule(
        "adhere committed programmed designed refrain discourage equipped condemn",
        expression(
            r" i(?:'m| am| must|'ll| will| need to| have to)?(?: \w+ly)? (?:adhere to|committed to|"
            r"programmed to (?:follow|adhere|prioriti|avoid|refuse|decline|comply|be (?:a )?(?:safe|helpful "
            r"and harmless))|designed to (?:follow|adhere|prioriti|avoid|refuse|decline)|refrain from|"
            r"strongly discourage|not equipped to|have a (?:moral|ethical))[^.!?\n]{0,160}(?:ethical|"
            r"guideline|cannot|can't|not |refrain|prevent|principle|refuse|safe|harm|making fun|discussing)"
            r"| i(?:'m| am)(?: \w+ly)? (?:programmed|designed) to (?:refuse|decline|reject)\b| "
            r"i(?:'ll| will| must| have to| need to| should| would)(?: \w+ly)? refrain from\b| i (?:strongly "
            r"|highly )?(?:discourage|condemn) (?:the|any|this|that|such|you|using)\b"
        ),
    ),
    Rule(
        "request topic question task subject area thing conversation discussion matter role story",
        expression(
            r"(?:n't|not|never) (?:really |quite |exactly )?an? (?:request|topic|question|task|subject|"
            r"area|thing|conversation|discussion|matter|role|story) "
            r"(?:that )?(?:i|we)(?:'m| am|'ll| will)? ?(?:can|will|able to|willing to|comfortable|"
            r"going to|prepared to|"
            r"allowed to)\b"
        ),
        beside="not never isn't wasn't",
    ),
    Rule(
        "line",
        expression(
            r"\b(?:a|that's one|the) line (?:that )?i(?:'m| am)? (?:won'?t|will not|can(?:no|')t|"
            r"refuse to|do not|"
            r"don'?t|not (?:willing|going) to) cross|where i (?:have to |must |need to )?draw the line"
        ),
    ),
    Rule(
        "avoid refuse decline reject refrain turn pass say",
        expression(
            at_word("topic", "subject", "request", "question", "area", "thing", "one")
            + r" (?:that )?i (?:must|have to|need to|should|"
            r"will have to|'ll have to|am going to have to|'m going to have to|'m going to)(?: \w+ly)? "
            r"(?:avoid|refuse|decline|reject|refrain from|turn down|pass on|say no to)"
        ),
        beside="topic subject request question area thing one",
    ),
    Rule(
        "outside beyond",
        expression(
            r"\b(?:outside|beyond)(?: of)? (?:the (?:scope|bounds|limits|range) of )?what i(?:'m|"
            r" am)? (?:can|may|could|"
            r"will|able|allowed|permitted|willing|comfortable)\b(?! (?:see|know|tell|verify))"
        ),
        help_undoes=True,
    ),
    Rule(
        "purpose goal role aim",
        expression(rf" my (?:purpose|goal|role|aim) is[^.!?\n]{{0,120}}\bnot (?:to )?(?:{HELP})"),
    ),
)  # fmt: skip
