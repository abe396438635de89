"""Pieces of English sentences that decline, in lower case, as parts of patterns."""

from plimsoll.text.expressions import sorted_branches

ADVERB = sorted_branches(
    r"(?:really|simply|just|also|still|therefore|thus|truly|sadly|unfortunately|honestly|personally|strongly|"
    r"absolutely|definitely|certainly|respectfully|politely|regretfully|kindly|firmly|actually|currently|"
    r"directly|ethically|legally|morally|knowingly|willingly|possibly|responsibly|safely|ever|fully|even|"
    r"hereby|now|always|both|presently|deliberately|intentionally|necessarily|in (?:all )?good conscience|at "
    r"(?:this|the) (?:time|moment)|under any circumstances|as an? [^,.!?\n]{1,60}(?=,)|in any way|"
    r"for (?:legal|ethical|safety|obvious|many|several|these|those|various) \w+)"
)
ADVERBS = rf"(?:,? {ADVERB}\b,?){{0,4}}"
"""A few of them; every one ends in one place only, so that no text makes the search long."""
_NOT_BEFORE = ("if", "why|how", "when|what|said|says", "where|until|since|which", "unless")
ASIDE = "".join(rf"(?<!\b(?:{words}) i)" for words in _NOT_BEFORE)
"""Before `i`: not in a clause that declines nothing."""
MAY_DECLINE = r"(?=[ ,'mcwda]|s[^ ])"
"""Behind `i`, before anything is tried: most words that begin with `i` are others."""
_BE = r"(?: am|'m| are|'re|m| is|'s| will be|'ll be| have been|'ve been| remain)"
_NOT_ABLE = sorted_branches(
    r"(?:unable|unwilling|reluctant|hesitant|forbidden|unprepared|not (?:(?:quite|really|currently|"
    r"legally|ethically|technically|even) )?"
    r"(?:able|at liberty|sure (?:that )?i (?:should|ought)|open|keen|eager|ready|comfortable|free|going|"
    r"allowed|"
    r"permitted|programmed|designed|built|made|meant|trained|supposed|authori[sz]ed|willing|prepared|"
    r"inclined|in a position|equipped|configured|set up|here|qualified|intended|capable)|(?:prohibited|"
    r"prevented|forbidden|restricted|barred|precluded|banned|disallowed|blocked|kept) from(?: being able "
    r"to)?|(?:programmed|"
    r"designed|trained|built|made|instructed|here|told|asked|required|taught|bound|ordered|created|"
    r"supposed|meant|"
    r"obliged|configured) (?:not|never)|never going|(?:forced|obliged|obligated|required|duty-bound|"
    r"inclined|compelled|"
    r"bound) to (?:decline|refuse|say no|turn (?:this|that|you|it) down))"
)
_MUST = (
    r"(?: must| have to| need to| will have to|'ll have to| will need to|'ll need to| will| would|'ll|'d|"
    rf"{_BE} going to have to|{_BE} going to need to|{_BE} going to|{_BE} choosing to|{_BE} obliged to|"
    r" choose to| prefer to| would like to|'d like to| want to| would have to|'d have to| am compelled to| "
    r"feel compelled to| should)"
)
_MODAL = sorted_branches(
    r"(?:ca ?n'?t|can ?not|can never|wo ?n'?t|will not|'ll not|will never|'ll never|shall not|shan'?t|"
    r"would not|wouldn'?t|would never|could not|couldn'?t|must not|mustn'?t|must never|should not|shouldn'?t|"
    r"should never|ought not|may not|"
    r"dare not|am forbidden to|can no longer|can neither|will neither)"
)
CANNOT = (
    rf"(?: ?{_MODAL}(?: be able to| be willing to|"
    r" agree to| consent to| offer to| "
    r"be)?(?:,? and (?:do|will|would|should|must) not)?"
    rf"|{_BE}{ADVERBS} {_NOT_ABLE}(?: to| in| of)?"
    r"| (?:do(?: not|n'?t)|did not|didn'?t|will not|won'?t|no longer) (?:have|possess) (?:the |an? |any |"
    r"enough )?(?:ability|capability|capacity|authority|permission|authori[sz]ation|clearance|means|right|"
    r"option|functionality) to"
    rf"|{_BE}{ADVERBS} not (?:(?:at all|really|very) )?comfortable(?: with)?"
    r"| lack the (?:ability|capability|authority|means) to| do(?: not|n'?t)(?: wish| want| intend| plan| aim|"
    r" agree| care)? to| do(?: not|n'?t)(?: think| believe| feel)(?: that)? i(?: can| should|'m able to| am "
    r"able to|'ll be able to)"
    rf"|(?:{_MUST}{ADVERBS})? (?:decline|refuse|refrain|abstain|opt not|choose not)(?: to| from)?"
    r"| have no (?:business|intention (?:of|to)|plans? to|wish to|desire to|interest in|reason to|right "
    r"to|way to)"
    r"|(?: have| had|'ve)(?: been)? (?:decided|chosen|opted|resolved|elected|told|asked|instructed|advised|"
    r"trained|programmed|designed|ordered|taught) (?:not|never|against)(?: to)?"
    r"| was (?:made|trained|built|designed|programmed|created|told|instructed|configured|taught|asked) "
    r"(?:not|never) to"
    r"| was (?:not|never) (?:made|trained|built|designed|programmed|created|meant|intended) to"
    r"| (?:feel|find myself|remain) (?:unable|unwilling|obliged to decline|compelled to (?:decline|"
    r"refuse))(?: to)?"
    r"| (?:can(?:no|')t|can not|could(?: not|n't)) bring myself to| see no (?:way|reason) to| can(?:no|')"
    r"t see myself"
    r"| am at a loss to|(?: would|'d) feel wrong"
    r"| (?:would|do|will)(?: not|n'?t) feel (?:comfortable|right|good|okay|ok|at ease|able)(?: with| about|"
    r" to)?"
    r"|(?: would|'d) (?:rather|prefer) not(?: to)?| (?:would )?prefer not to| choose not to"
    rf"| have chosen not to|{_BE} (?:choosing|opting) not to|{_BE} (?:declining|refusing)(?: to)?)"
)
HELP = sorted_branches(
    r"(?:help(?! but\b| the way\b| it\b| myself\b| (?:feel|think|wonder|notic|smil|laugh|admir|lov|fall))|"
    r"assist|aid\b|provid|suppl(?:y|ied)|offer|giv(?:e|ing)(?! up| in\b| away)|shar(?:e|ing)|answer|respond|"
    r"reply|compl(?:y|ied)|fulfil|accommodat|satisf|complet(?:e|ing)|process|grant|proceed|continu|engag|"
    r"participat|partake|tak(?:e|ing) part|go(?:ing)? further|talking about|playing (?:that|this|such)|"
    r"being (?:a )?part|support|promot|encourag|condon|endors|recommend|suggest|advis|advocat|"
    r"facilitat|enabl|contribut|discuss|talk about|speak (?:about|on|to)|comment|creat|generat|writ(?:e|ing)|"
    r"produc|mak(?:e|ing) (?!it\b|out\b|sense|up my|fun)|compos|craft|draft|develop|design|build|"
    r"tell(?:ing)? "
    r"(?:you(?! how (?:much|happy|excited|proud|sorry|many)| the (?:joy|number))|that|this|jokes|stories)|"
    r"describ|explain|list\b(?! (?:them |it )?(?:all|every))|outlin|teach|instruct|guid|walk you|show "
    r"you|reveal|disclos|divulg|do(?:ing)? "
    r"(?:that|this|it|so|what|anything|such|any)\b|go along|play along|role-?play|pretend(?! (?:it|that|"
    r"this|there|everything|otherwise))|impersonat|imitat|"
    r"act as|translat|summari[sz]|repeat(?! (?:myself|the basics|what (?:i|has|was|we))\b)|reproduc|output|"
    r"print|ignor\w* my\b|allow|permit|"
    r"approv|take sides|"
    r"oblige\b|cooperate\b|weigh in|touch (?:this|that|on|upon|such)|move forward|go (?:ahead|further|on)"
    r" with|judge "
    r"(?:people|others|anyone|a person|them)|rank (?:people|races|groups|human)|rate (?:people|races|"
    r"groups|human)|code "
    r"(?:this|that|it|such)|lie for|(?:track|target|spy on|stalk|follow|monitor|harass|bully|deceive|"
    r"manipulate) (?:down )?(?:any|some|other|people|him|her|them|your|a person)|look (?:into|up) "
    r"(?:this|that|someone|anyone|people|his|her|their)|(?:search for|find|locate) (?:this|that|it|him|"
    r"her|them|someone|"
    r"anyone|people|out who|such)\b(?: information| data| person| address| details|\s*(?:for you)"
    r"?(?:[.!,;]|$))|"
    r"play (?:this|that|such|the role|the part|a role)|make fun|address (?:this|that|such)|"
    r"express|carry out|perform|execut|follow|honou?r|entertain|indulg|go into (?:that|this|it)\b|get into|"
    r"be (?:a )?part of|validat|normali[sz]|glorif|justif|defend|perpetuat|spread|disseminat|insult|mock|"
    r"disparag|demean|stereotyp|discriminat|say (?:that|anything|such)|speculat|evaluat|choose|select|pick|"
    r"accept (?:this|that|your|the)? ?(?:request|task|prompt)|voice\b|store\b|collect\b|leak\b|be "
    r"(?:involved|complicit|of (?:help|assistance|service))|meet (?:this|that|your)|agree (?:to|with) "
    r"(?:this|that|your)|go (?:there|any further|further)|get you|point you|direct you|obey|put together|"
    r"come up with|plan\b|conduct|collaborat|cooperat|(?:adhere to|address|handle) (?:this|that|your))"
)
ENOUGH = "".join(rf"(?![^.!?\n]{{0,60}}{praise}(?<!\w{praise})\b)" for praise in ("enough", "too highly"))
NOT_A_DEED = sorted_branches(
    r"(?:wait|lie\b(?! (?:for|to)\b)|judge\b(?! (?:people|others|anyone|him|her|them))|pretend (?:it|"
    r"that|this|there|everything|"
    r"otherwise)|repeat myself|waste|list (?:them )?(?:all|every)|overwhelm|confuse|spoil|ruin|scare|"
    r"alarm|worry|rush|discourage|"
    r"brag|boast|exaggerate|presume|cover (?:it|them|every)|leave out|settle|count|happier|be (?:happier|"
    r"prouder|more)|"
    r"find|recall|remember|imagine|tell (?:the difference|if\b|by\b|what|who\b|them apart)|guarantee|"
    r"promise|overstate|emphasi[sz]e|stress|thank|think|see "
    r"why|see how|be sure|be certain|say for (?:sure|certain)|say (?:exactly|precisely|enough|no\b)|help but|"
    r"help \w+ing|tell from|tell whether|tell anyone|believe|stand|afford|live|sleep|stop|even|lie\b|judge "
    r"you|sugar-?coat|deny|agree more|disagree|blame|argue|complain|bore|keep you|take (?:too|much|long|up)|"
    r"let you down|overlook|resist|express how|describe how|begin to|pretend to|speak highly|recommend|get "
    r"enough|fault|go wrong|go without|wish|ask for|ignore|go into|tell you (?:how|the)|underestimate|forget|"
    r"miss|mind\b|be (?:able|more|happier|prouder|surprised|offended|there|the))"
)
_OPENER = sorted_branches(
    r"(?:sorry|apologies|my apologies|i apologi[sz]e(?: for [^,.!?\n]{1,40})?|unfortunately|regrettably|"
    r"sadly|no|nope|hello|hi|hey|okay|ok|well|(?:i'm|i am) (?:so |very |really |truly |deeply )?(?:sorry|"
    r"afraid)|i understand|i see|i appreciate [^,.!?\n]{1,60}(?=[,.!])|thank you[^,.!?\n]{0,60}(?=[,.!])|"
    r"thanks[^,.!?\n]{0,40}(?=[,.!])|as an? [^,.!?\n]{1,60}?(?=,| i\b)|"
    r"(?:i'm|i am) (?:just |only )?an? [^,.!?\n]{1,60}(?=[,.!]))"
)
OPENERS = rf"(?:{_OPENER}[,.!:;]?(?: but| that| and| however,?)? ?){{0,4}}"
FIT = r"(?:appropriate|ethical|acceptable|okay|ok|respectful|right|productive)"
RULEBOOK = (
    r"(?:guidelines?|programming|polic(?:y|ies)|principles?|rules|values|training|ethics|terms|purpose|code)"
)
REACH = (
    "real[- ]?time", "brows", "directly", r"here\b", "text-based", "this format", "personally", "myself",
    "table", "render", r"draw\b", r"play\b", "execut", r"run\b", r"decisions?\b", "decide", "capab",
    r"test\b", "physical", r"rate\b", r"own\b", "rank", "perform", "offline", "the internet", r"the web\b",
    "online (?:search|databases?|sources|content|resources)", "external", r"links?\b", r"urls?\b",
    "websites?", "up[- ]to[- ]date", "current", r"live\b", "latest", "future", r"images?\b", "pictures?",
    "photos?", "attachments?", r"files?\b", "audio", "video", r"see\b", r"hear\b", r"feel(?:ings)?\b",
    "emotions?", "personal (?:experience|opinion|feeling|belief|preference)", r"opinions?\b", "single",
    "specific", "exact", "definiti", "precise", "certain", "accurate", "complete", "exhaustive",
    "comprehensive", "personali[sz]ed", "medical advice", "legal advice", "financial advice", "diagnos",
    "prescri", "verif",
    "confirm", "guarante", "predict", "determin", "access", "retriev", "search", "look up", "knowledge",
    "update", r"for you\b", "on your behalf", "without (?:more|knowing|further|additional|the)",
    "more (?:information|details|context)",
)  # fmt: skip
"""What is out of a speaker's reach, as words begin."""
MORAL = (
    "illegal", "unethical", "immoral", "harm(?!less)", "personal (?:information|data|details)", "manipulat",
    "deceiv", "decepti", "mislead", "distort", "plagiari", "cheat", "inappropriate", "disrespect", "privacy",
    "private", "consent", "dangerous", "offensive", "unlawful", "violat", "ethical", "crime", "criminal",
    "confidential", "discriminat", "stereotyp", "hateful", "violen", "exploit", "abus", "unsafe",
    "copyright", "infring",
    "not (?:appropriate|legal|respectful|acceptable)", "against the law", "malicious", "fraud", "respectful",
    "explicit", "classified", "non-consensual",
)  # fmt: skip
"""What speaks of right and wrong, as words begin."""
