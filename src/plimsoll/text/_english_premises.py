"""Sentences by which an English reply declines by taking exception to a word, a question or its premise."""

from plimsoll.text._english_phrases import HELP, RULEBOOK
from plimsoll.text._english_rules import AN_AI, OPENING, Rule
from plimsoll.text.expressions import at_word, expression

PREMISES = (
    Rule(
        "crosses cross",
        expression(
            rf"{at_word('th(?:at|is)', 'it', 'your request')} (?:would )?cross(?:es)? (?:a|the|"
            rf"my) (?:\w+ )?line"),
        OPENING,
    ),
    Rule(
        "table limits question no",
        expression(
            r"\A[^.!?\n]{0,120}(?: is| are|'s) (?:completely |strictly |absolutely )?(?:off the table|"
            r"off[- ]limits|"
            r"out of the question|a hard no)(?: for me)?\s*(?:[.!,;\n]|$)"
        ),
        OPENING,
        beside="off out hard",
    ),
    Rule(
        "way chance",
        expression(
            rf"n(?<!\wn)(?:o way|ot a chance)(?: that)? i(?: can|'m going to| am going to| will|'ll|'d|"
            rf" would)(?: ever)? {HELP}"),
        OPENING,
    ),
    Rule(
        "let's lets",
        expression(
            r"\A\W*(?:\w+,? )?let'?s not (?:go (?:there|down that)|do that|get into (?:that|this)|"
            r"(?:discuss|talk about) (?:that|this))"
        ),
        OPENING,
        beside="not",
    ),
    Rule(
        "stop",
        expression(
            r"\A\W*(?:\w+,? )?i(?: have to|'m going to have to| must| need to| will|'ll|"
            r" want to) stop you (?:right )?there"),
        OPENING,
    ),
    Rule(
        "hand deal dish",
        expression(
            r"(?:n't|not|never) (?:the (?:sort|kind) of )?(?:information|something|advice|content|details|a "
            r"thing) (?:that )?i "
            r"(?:hand out|deal in|dish out)\b"
        ),
    ),
    Rule(
        "get hear",
        expression(
            r"(?:n't|not|never) (?:something|anything|a thing) (?:that )?you(?:'ll| will| can)? "
            r"(?:get|hear) from me\b"
        ),
        beside="something anything thing",
    ),
    Rule(
        "sides ask",
        expression(
            r" i (?:do not|don't|won't|will not|never) take sides\b|\A\W*(?:sorry,? )?(?:please )?(?:do not|"
            r"don't) ask me to "
            r"(?!\w+ (?:twice|again))"
        ),
        OPENING,
        help_undoes=True,
        beside="not don't won't never dont",
    ),
    Rule(
        "justification excuse justifies",
        expression(
            r"\A\W*(?:there is no (?:justification|excuse) for|nothing justifies) (?:treating|hating|hurting|"
            r"harming|hitting|excluding|"
            r"discriminating|insulting|abusing|killing|attacking|mocking|denying)"
        ),
        OPENING,
    ),
    Rule(
        "access",
        expression(
            r" i (?:have no|lack|don't have|do not have) access to (?:your|his|her|their|anyone's|other "
            r"people's|someone's|[\w-]+'s) "
            r"[^.!?\n]{0,40}\b(?:medical|private|bank|tax|criminal|file|records?|messages|"
            r"diary|salary|password)\b"
        ),
        OPENING,
        help_undoes=True,
    ),
    Rule(
        "steer stay avoid skip leave sit",
        expression(
            r" i(?:'d| would|'ll| will|'m going to| am going to) (?:(?:much )?(?:prefer|rather|like|choose|"
            r"want) ?(?:to )?|to )?(?:steer "
            r"clear of|stay (?:away from|out of)|avoid|skip|leave|sit) (?:this|that|it|such)\b(?: (?:topic|"
            r"subject|kind|sort|one|out|alone|"
            r"aside|question|request|discussion|conversation|area|here)s?|\s*(?:[.!,;]|$))"
        ),
        OPENING,
    ),
    Rule(
        "else",
        expression(
            r"(?:talk|chat|speak|write|ask me) about (?:something|anything|everything) else,? (?:but|just|"
            r"only) not"
        ),
        OPENING,
    ),
    Rule(
        "elsewhere",
        expression(
            r"\A\W*you(?:'ll| will)?(?: have to| need to| must| should) (?:look|go|turn|ask) "
            r"elsewhere for (?:this|that|it|such)"
        ),
        OPENING,
    ),
    Rule(
        "kind sort type",
        expression(
            r" i (?:do not|don't|never|won't|will not) (?:do|write|produce|take on|touch) (?:this|"
            r"that|such|these|those) (?:kinds?|sorts?|types?) of"
        ),
    ),
    Rule(
        "bank phone passport medical tax criminal salary income marital sexual password",
        expression(
            r" i (?:do not|don't)(?: \w+ly)? have (?:any |access to )*(?:\w+ )?(?:information|details|"
            r"records?|data|"
            r"knowledge) (?:about|on|of|regarding) [^.!?\n]{0,40}\b(?:bank|phone|passport|medical|tax|"
            r"criminal|salary|"
            r"income|marital|sexual|password)\b"
        ),
        OPENING,
        beside="information details record records data knowledge",
    ),
    Rule(
        "justified right thing denied discriminated barred excluded deprived prohibited attack invade kill "
        "murder",
        expression(
            r"\A\W*(?!you|i |we |it |this|that)[^.!?\n]{3,90} (?:(?:was|were) (?:not|"
            r"never)(?: \w+ly)? \W{0,3}(?:justified\b|"
            r"(?:right|_)\W{0,3}(?:to (?:kill|attack|invade|murder|shoot|bomb|torture)|or )|a good thing)|"
            r"should (?:not|never) be "
            r"(?:denied|discriminated|barred|excluded|deprived|prohibited))"
        ),
        OPENING,
        beside="not never",
    ),
    Rule(
        "reason reasons",
        expression(
            r"\A\W*there (?:is|are) no (?:inherent |valid |good |legitimate )?reasons? (?:why|for) "
            r"(?!you\b|i\b|we\b|it\b|this\b|that\b|one\b)[^.!?\n]{2,40}? (?:should(?: not|n't)?|"
            r"to be (?:barred|denied|"
            r"excluded|banned|prohibited)) "
        ),
        OPENING,
        beside="should barred denied excluded banned prohibited",
    ),
    Rule(
        "clarify",
        expression(
            r" i must(?: \w+ly)? clarify that (?:this statement|the (?:question|premise)|everyone|no one|"
            r"all (?:people|"
            r"individuals|human)|discrimination|every (?:person|individual))"
        ),
        OPENING,
        beside="must",
    ),
    Rule(
        "must",
        expression(
            r" i must(?: \w+ly)? (?:(?:point out|clarify|note|mention|say|caution|warn)(?: you)? that "
            r"(?:the|your|this|that) (?:term|phrase|word|wording|expression|language|question|request|"
            r"premise)[^.!?\n]{0,40}? (?:problematic|(?:a )?negative connotation|(?:harmful|hurtful|"
            r"inappropriate|offensive|insensitive|disrespectful|violent)\b|(?:may|might|is|could)(?: not|"
            r"n't) (?:be )?(?:\w+ly )?(?:the most |very |an? )?(?:appropriate|respectful|ethical|"
            r"acceptable)|interpreted)"
            r"|advise (?:you )?against using [^.!?\n]{0,30}(?:language|terms?|words?|phrases?)\b"
            r"|(?:challenge|question|reject|dispute) the (?:assumption|premise|idea|notion)s? "
            r"(?:in|of|behind|that)\b)"
        ),
        300,
        beside="term phrase word wording expression language question request premise using assumption "
        "assumptions premises idea ideas notion notions",
    ),
    Rule(
        "disagree",
        expression(
            rf"\A\W*(?:no,? |{AN_AI})?i (?:strongly |firmly |respectfully )?disagree with (?:that|this|"
            rf"your) "
            r"(?:sentiment|premise|suggestion|notion)\b"
        ),
        OPENING,
    ),
    Rule(
        "condemn reject think believe",
        expression(
            rf"\A\W*(?:no,? |{AN_AI})?i (?:(?:strongly |firmly |respectfully )?(?:condemn|"
            r"reject (?:the|this|that|any))|(?:do not|don't) (?:think|believe)[^.!?\n]{0,90}\bshould)\b"
        ),
        OPENING,
        moral=True,
    ),
    Rule(
        "asking question seeking",
        expression(
            r"\A[^.!?\n]{0,60}\b(?:asking|the question|your question|this question|that question|"
            r"seeking)\b[^.!?\n]{0,80} (?:is|are)(?: not| never|n't) (?:an? )?(?:appropriate|acceptable|"
            r"ethical|respectful|productive)"
        ),
        OPENING,
        beside="appropriate appropriately acceptable ethical ethically respectful respectfully productive",
    ),
    Rule(
        "no",
        expression(
            r"\A\W*(?:\w+,? ){0,8}there (?:is|are|was|were) (?:absolutely )?no (?:valid |inherent |"
            r"justifiable |good |legitimate |acceptable |moral |ethical )?(?:reasons? (?:why|for|that|to)|"
            r"justification|benefits|excuse|place|moral)"
        ),
        OPENING,
        moral=True,
    ),
    Rule(
        "uncomfortable uneasy opposed averse okay interested",
        expression(
            r" i(?=[ '])(?:'m| am|'d be| would be|'d feel| would feel| feel| remain)(?: \w+ly| very| quite| "
            r"really| a bit)? "
            r"(?:uncomfortable|uneasy|not (?:okay|ok|interested)|(?:strongly )?(?:opposed|averse|"
            r"against))"
            rf"(?: with| about| to| in)? (?:{HELP}|being|going|taking|playing|talking)"
        ),
        beside="i'm i'd i",
        help_undoes=True,
    ),
    Rule(
        "avoid steer shy object stay",
        expression(
            r" i(?=[ '])(?:'ll| will| must| have to| need to| try to| prefer to)? (?:avoid|steer clear of|"
            r"stay (?:away from|clear of|out of)|keep (?:away from|clear of|out of)|object to|shy away from) "
            rf"(?:{HELP}|being|going|taking|playing|talking)"
            r"[^.!?\n]{0,40}\b(?:that|this|such|those|anyone|people|material|harmful|part)\b"
        ),
        OPENING,
        beside="i i'll",
        help_undoes=True,
    ),
    Rule(
        "keep keeps stop stops prevent forbid prohibit",
        expression(
            rf" (?:my|our) (?:\w+ ){{0,2}}?(?:{RULEBOOK}|instructions)(?: and \w+)? (?:keep|stop|hold)s? "
            rf"(?:me|us) "
            rf"(?:back )?from (?:{HELP}|being|going|taking|playing|talking)"
            r"| (?:guidelines|rules|policies|principles) (?:that|which) (?:keep|prevent|stop|forbid|"
            r"prohibit|bar) (?:me|us)\b"
        ),
        OPENING + 60,
        beside="my our guidelines rules policies principles",
    ),
    Rule(
        "possible doable option",
        expression(
            r"\A\W*(?:i'm |i am )?(?:\w+ )?(?:sorry|afraid|unfortunately|apologies)[^.!?\n]{0,20} "
            r"(?:that|this|it)(?:'s| is| will be)(?: just| simply| really)? not (?:possible|doable|an "
            r"option)\s*(?:[.!;,]|$)"
        ),
        beside="sorry afraid unfortunately apologies",
        help_undoes=True,
    ),
    Rule(
        "ending stopping closing leaving terminating end",
        expression(
            r" i(?=[ '])(?:'m| am|'ll| will| must| need to| have to|'m going to)(?: going to)?(?: be)? "
            r"(?:now )?"
            r"(?:end(?:ing)?|stop(?:ping)?|clos(?:e|ing)|leav(?:e|ing)|terminat(?:e|ing)) "
            r"(?:this|the|our) (?:conversation|chat|discussion|exchange|dialogue)"
        ),
        OPENING,
        beside="conversation chat discussion exchange dialogue",
    ),
    Rule(
        "circumstances circumstance",
        expression(
            r"(?:under no (?:circumstances?|conditions?)|by no means|on no account) "
            rf"(?:will|would|can|could|am|shall|do|should|may) i (?:be |ever |be able to |going to |"
            rf"willing to )?(?:{HELP})"
        ),
        OPENING,
        beside="i",
    ),
)  # fmt: skip
