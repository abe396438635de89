"""Sentences by which an English reply declines in nobody's name: by a scope, a policy, or curtly."""

from plimsoll.text._english_phrases import HELP
from plimsoll.text._english_rules import OPENING, Rule
from plimsoll.text.expressions import expression

_ASKED = (
    r"(?:th(?:is|at)|your|such(?: an?)?|the requested)(?: (?:type|kind|sort) of)? (?:\w+ )?(?:request|query|"
    r"prompt|task|"
    r"content|topic|matter|question|inquiry|subject|information|material|assistance)s?(?: you(?:'ve| "
    r"have)? \w+)?"
)
_BOOK = r"(?:polic(?:y|ies)|guidelines?|terms|rules|standards|principles|protocols?)"
POLICIES = (
    Rule(
        "falls lies outside beyond conflicts conflict incompatible contravenes violates breaches infringes "
        "against contrary prohibited allowed permitted restricted disallowed under",
        expression(
            rf"\b(?:{_ASKED}|th(?:is|at)) (?:also |simply |directly |clearly )?"
            r"(?:(?:falls?|lies?|goes|is|are)(?: well| clearly| far)? (?:outside|beyond)(?: of)? (?:the |"
            r"our |my )?"
            r"(?:scope|bounds|limits|range|remit)(?! of (?:this|the) (?:article|essay|answer|warranty|"
            r"course|book))"
            rf"|(?:conflicts?|is in conflict|is incompatible|does(?: not|n't) (?:comply|align)) with "
            rf"(?:\w+ ){{0,3}}?{_BOOK}\b"
            rf"|conflicts? with (?:policy|the rules)|(?:contravenes?|violates?|breaches?|infringes?(?: "
            rf"on)?|is (?:against|"
            r"contrary to|in breach of|in violation of|(?:prohibited|not allowed|not permitted|restricted|"
            r"disallowed|blocked)"
            rf" (?:by|under))) (?:\w+ ){{0,4}}?{_BOOK}\b|falls? under (?:the )?(?:prohibited|restricted|"
            rf"disallowed|"
            r"banned|forbidden|unsafe) (?:content|categor|topic|material|use))"
        ),
        300,
        help_undoes=True,
        beside="request requests query prompt prompts task content topic topics matter question questions "
        "inquiry subject information material assistance policy policies guidelines guideline terms rules "
        "standards principles protocol protocols scope bounds limits range remit category categories use",
    ),
    Rule(
        "policy policies guidelines guideline rules capabilities scope remit",
        expression(
            r"\A\W*(?:(?:sorry|unfortunately|i'm afraid)\W+)?(?:but )?th(?:at|is)(?:'s| is| would be)(?: "
            r"simply| also)?"
            rf" (?:against|outside|beyond|contrary to)(?: of)? (?:the |our |my |company |safety "
            rf")?(?:{_BOOK}|capabilities|"
            r"scope|remit)\b(?! (?:to|in|of (?:the|this)|at)\b)"
        ),
        OPENING,
        help_undoes=True,
        beside="that that's this is",
    ),
    Rule(
        "given provided offered supplied available unavailable possible",
        expression(
            r"(?:[.!?,;:] |\A\W*|\band |\bso )(?:therefore |thus )?no (?:further |additional |such "
            r")?(?:assistance|help|"
            r"information|instructions|guidance|details|support|response) (?:can|will|may|shall) be "
            r"(?:given|provided|"
            r"offered|supplied)|\b(?:assistance|help|guidance|information) (?:with|on|about|regarding|for) "
            r"(?:this|that|"
            r"such)(?: an?)?(?: \w+){0,2} (?:is|are) (?:not (?:available|possible|provided|offered)|"
            r"unavailable)"
        ),
        300,
        beside="no assistance guidance information help",
    ),
    Rule(
        "uncomfortable uneasy",
        expression(
            r" i(?:'m| am| feel|'d be| would be| would feel)(?: \w+ly| very| really| quite| too)? "
            r"(?:uncomfortable|uneasy) "
            r"(?:with (?:this|that|your|such an?) (?:\w+ )?(?:request|question|topic|prompt|subject|task|"
            r"conversation)|"
            rf"(?:with |about )?(?:{HELP}))"
        ),
        300,
    ),
    Rule(
        "won't cannot can't",
        expression(
            r"[,;.] (?:and )?so,? (?:no,? )?(?:i'm afraid )?i (?:won't|can't|cannot|will not)(?: do (?:it|"
            r"that|so|this))?"
            r"\s*(?:[.!;]|\Z)"
        ),
        300,
        help_undoes=True,
        beside="so",
    ),
    Rule(
        "share disclose",
        expression(
            r" i (?:don't|do not) have (?:any|anything|information|details)[^.!?\n]{0,24} i (?:can|could|"
            r"may|am able to) "
            r"(?:share|disclose)\b"
        ),
        OPENING,
        help_undoes=True,
        beside="have",
    ),
    Rule(
        "no",
        expression(
            r"\A\W*(?:(?:thanks|thank you|nice try)[^.!?\n]{0,40}|i (?:get|hear|understand|see|know|"
            r"appreciate)[^.!?\n]"
            r"{0,60}),? but (?:(?:i'm afraid |my answer is |it's |the answer is )?(?:still )?)?(?:a "
            r")?no\s*(?:[.!]|\Z)"
        ),
        OPENING,
        beside="but",
    ),
    Rule(
        "wrong dangerous illegal unethical immoral harmful inappropriate irresponsible cruel unsafe",
        expression(
            r"\A\W*(?:no|nope|absolutely not|never)\b\W{1,3}(?:that|this|it|doing (?:so|that|this))(?:'d| "
            r"would) be "
            r"(?:\w+ly )?(?:wrong|dangerous|illegal|unethical|immoral|harmful|inappropriate|irresponsible|"
            r"cruel|unsafe)\b"
            r"[^\n]{0,60}\Z"
        ),
        beside="no nope not never",
    ),
    Rule(
        "no",
        expression(
            r"\A\W*(?:(?:sorry|(?:i'm|i am) (?:sorry|afraid))\W+)?(?:but )?(?:that's|that is|it's|it is|"
            r"this is|that'll be|"
            r"that will be|my answer is|my answer remains)(?: still)?(?: an? (?:\w+ )?)? ?no(?: from me| "
            r"to (?:this|that))?"
            r"\W*\Z"
        ),
        OPENING,
    ),
    Rule(
        "stop draw decline",
        expression(
            r"\b(?:this|that) is where i(?:'ll| will| have to| must| need to)? ?(?:have to )?(?:stop|draw|"
            r"decline)\b"
            r"| i(?:'ll| will| have to| must| need to|'m going to)(?: have to)? (?:draw (?:a|the|my) line|"
            r"stop (?:you )?"
            r"(?:right )?(?:here|there)\b[^.!?\n]{0,10}\Z)"
        ),
        300,
        beside="where line here there",
    ),
    Rule(
        "permit allow support accept process handle generate",
        expression(
            r"\A\W*(?:\w+, )?(?:we|(?:our|this|the) (?:platform|service|system|tool|assistant|model)) "
            r"(?:do(?:es)?(?: not|n't)|"
            r"cannot|can't|will not|won't) (?:permit|allow|support|accept|process|handle|generate) "
            r"(?:(?:this|that|these|"
            r"those|such|your) )?(?:\w+ (?:of )?)?(?:content|requests?|prompts?|material|topics?)\b"
        ),
        OPENING,
        help_undoes=True,
        beside="request requests query prompt prompts task content topic topics matter question "
        "questions inquiry subject information material platform service",
    ),
    Rule(
        "permitted allowed supported accepted fulfilled answered processed respond handle",
        expression(
            r"(?:\A\W*|[.!?,] )(?:(?:this|that) (?:kind|type|sort) of (?:request|question|content|prompt)|"
            r"(?:such )?(?:requests?|"
            r"questions?|prompts?)(?: (?:like (?:this|that|these|yours)|of (?:this|that) (?:kind|type|sort|"
            r"nature)))?) "
            r"(?:is(?: not|n't)|are(?: not|n't)|can(?:no|')t be|will not be|won't be) (?:permitted|allowed|"
            r"supported|"
            r"accepted|fulfilled|answered|processed|something i (?:can|will|respond|answer|handle))"
        ),
        OPENING,
        beside="request requests query prompt prompts task content topic topics matter question "
        "questions inquiry subject information material",
    ),
    Rule(
        "flagged blocked filtered",
        expression(
            r"\b(?:your|this) (?:prompt|request|message|query|input|question) (?:was|has been|is|got) "
            r"(?:flagged|blocked|"
            r"filtered)\b"
        ),
        OPENING,
        help_undoes=True,
        beside="request requests query prompt prompts task content topic topics matter question "
        "questions inquiry subject information material message input",
    ),
    Rule(
        "conversation chat discussion exchange",
        expression(
            r"\b(?:this|our) (?:conversation|chat|discussion|exchange) (?:can(?:no|')t|cannot|will not|"
            r"won't) "
            r"(?:continue|go|proceed)"
        ),
        300,
        beside="can't cannot won't will can",
    ),
    Rule(
        "clear away out",
        expression(
            r" i (?:keep|stay|steer|prefer to stay|try to stay) (?:clear of|away from|out of) (?:(?:this|"
            r"that|such|these|"
            r"those) |(?:\w+ ){1,3}?(?:topics?|questions?|requests?|subjects?)\b)"
        ),
        OPENING,
        help_undoes=True,
        beside="keep stay steer",
    ),
    Rule(
        "can't cannot won't",
        expression(
            r"\b(?:this|that)(?: one| part),? i (?:can't|cannot|won't|will not)(?: do)?\s*(?:[.!]|\Z)"
            r"|\b(?:as|however) much (?:as )?i(?:'d)? [^.!?\n]{2,40}, i (?:really )?(?:can't|cannot|"
            r"won't)(?: with| do)?"
            r"(?: (?:this|that)(?: one)?)?\s*(?:[.!]|\Z)"
        ),
        300,
        beside="one part much",
    ),
    Rule(
        "providing sharing giving offering writing creating helping assisting answering discussing",
        expression(
            r"(?:\A\W*|[.!?,] |but )(?:providing|sharing|giving|offering|writing|creating|helping|"
            r"assisting|answering|"
            r"discussing) (?:\w+ ){0,5}?(?:is(?: not|n't)|would(?: not|n't) be) (?:possible(?: for me)?|"
            r"something i|an "
            r"option|permitted|allowed)\b"
        ),
        OPENING,
        help_undoes=True,
        beside="possible something option permitted allowed",
    ),
    Rule(
        "power remit",
        expression(
            r"(?:not|n't) (?:in|within) my (?:power|remit) to (?:share|give|provide|tell|help|answer|"
            r"do (?:that|this))"
        ),
        OPENING,
        beside="my",
    ),
    Rule(
        "nothing",
        expression(
            r"\bnothing (?:that )?i can (?:do|say|offer|share)"
            r"(?: for you| here| on this| with this){1,2}\s*(?:[.!]|\Z)"
        ),
        OPENING,
        beside="can",
    ),
)  # fmt: skip
"""What a reply says of the request where it does not say `I cannot`."""
