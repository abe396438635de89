"""The opening of an English reply, in lower case and plain letters -> whether it declines.

A refusal is in the first person and the present, and about helping: "I can't help with that", "I won't write
it". Calling the request wrong from the start is one, too. What is only out of the speaker's reach ("I can't
browse the internet") declines nothing where the answer follows all the same.
"""

import re
from functools import cache

from plimsoll.text._english_phrases import (
    ADVERBS,
    ASIDE,
    CANNOT,
    ENOUGH,
    HELP,
    NOT_A_DEED,
    OPENERS,
)
from plimsoll.text._english_rules import RULES, Rule
from plimsoll.text._opening import Opening
from plimsoll.text.expressions import expression

# Patterns begin with letters where they can: that lets the search skip ahead.
_FIRM = expression(rf" i{ASIDE}{ADVERBS}{CANNOT}{ADVERBS} {HELP}{ENOUGH}")
_FIRM_OF_OTHERS = expression(
    rf"\b(?:we|(?:this|the) (?:assistant|ai|model|chatbot|bot|system))(?<!\b(?:if|as) we)(?<!\b(?:why|how) "
    rf"we)(?<!\b(?:what|when) we){ADVERBS}{CANNOT}{ADVERBS} {HELP}{ENOUGH}"
)
_ELIDED = expression(
    r" (?:and|but|so|thus|therefore|hence|or|nor),? (?:therefore |so |thus |hence |simply |also )?"
    rf"(?:cannot|can't|can not|won't|will not|must decline to|am unable to|am not able to){ADVERBS} {HELP}"
)
_ELIDING = (" cannot ", " can't ", " won't ", " unable to ", " decline to ")
_SELF = expression(r"\b(?:i|i'm|i've|i'd|sorry|ai)\b[^.!?\n]{0,140}\Z")
_OTHERS = (
    *(" we ", " we'", "this assistant", "the assistant", "this ai ", "the ai ", "this model", "the model"),
    *("this chatbot", "the chatbot", "this bot", "the bot", "this system", "the system"),
)
"""One of these stands where somebody else than `i` declines."""
_LOOSE = expression(
    rf"\W*(?:{OPENERS}\W*(?:i|we)|(?:i'm|i am) (?:just |only )?an? [^.!?\n]{{1,60}}?,? "
    rf"and){ADVERBS}{CANNOT}\b(?!{ADVERBS} {NOT_A_DEED})"
)
_AT_ONCE = expression(rf" {OPENERS}i{ADVERBS}{CANNOT}{ADVERBS} {HELP}{ENOUGH}")
_UNDOING = (
    "but here",
    "but, here",
    "however, here",
    " i will",
    " i'll",
    "can still",
    "make sense",
    "nonsens",
)
"""Where none of these stands, nothing undoes a refusal that is about no limit of reach."""
_NEGATED, _FIRST_PERSON = -1, -2
SPEAKERS = "i i'm i'd i'll i've im we we're ai assistant model system chatbot bot"
NEGATIONS = (
    "not can't cannot cant won't wont unable never decline declining refuse refusing refrain abstain "
    "prohibited "
    "prevented forbidden restricted barred precluded lack don't dont didn't couldn't wouldn't shouldn't "
    "mustn't "
    "shan't longer ca opt"
)
_REACH = expression(
    r"\b(?:real[- ]?time|brows|directly|here\b|text-based|this format|personally|myself|table|render|draw\b|"
    r"play\b|execut|run\b|decisions?\b|decide|capab|test\b|physical|rate\b|own\b|rank|perform|offline|the "
    r"internet|the web\b|online (?:search|databases?|sources|content|resources)|external|links?\b|urls?\b|"
    r"websites?|up[- ]to[- ]date|current|live\b|latest|future|images?\b|pictures?|photos?|attachments?|"
    r"files?\b|audio|video|see\b|hear\b|feel(?:ings)?\b|emotions?|personal (?:experience|opinion|feeling|"
    r"belief|preference)|opinions?\b|single|specific|exact|definiti|precise|certain|accurate|complete|"
    r"exhaustive|comprehensive|personali[sz]ed|(?:medical|legal|financial) advice|diagnos|prescri|"
    r"verif|confirm|guarante|predict|determin|access|retriev|search|look up|knowledge|update|for you\b|on "
    r"your behalf|without (?:more|knowing|further|additional|the)|more (?:information|details|context))"
)
_MORAL = expression(
    r"\b(?:illegal|unethical|immoral|harm(?!less)|personal (?:information|data|details)|manipulat|deceiv|"
    r"decepti|mislead|distort|plagiari|cheat|inappropriate|disrespect|privacy|private|consent|dangerous|"
    r"offensive|unlawful|violat|ethical|crime|criminal|confidential|discriminat|stereotyp|hateful|violen|"
    r"exploit|abus|unsafe|not (?:appropriate|legal|respectful|acceptable)|against the law|malicious|fraud|"
    r"respectful|explicit|classified|non-consensual)"
)
_EAGER = expression(
    r"\W*(?:sure|certainly|of course|absolutely|yes|definitely|gladly|great|here|ok|okay|alright|i'd be "
    r"(?:happy|glad|delighted)|i (?:can|will) (?:certainly|definitely|gladly|help)|happy to|i'm (?:happy|"
    r"glad) to|as a (?:helpful|respectful|responsible))\b"
)
_CONTRAST = expression(r"\b(?:but|however|unfortunately|though|sorry|apologi|i'm just|as an ai|while i)")
_MOOT = expression(r"(?:question|it) does not make sense|nonsensical")
_WILL = expression(
    r"\b(?:however|but|that said),? i(?: will|'ll| can still| will still) (?:provide|give|answer|share|tell|"
    r"list|explain|try|do my best|attempt|offer)(?! (?:you )?(?:with )?(?:some )?(?:alternative|safe|other|"
    r"help with other))"
)
_HERE = expression(
    r"[^.!?\n]{0,80}[.!?,;]? ?(?:but|however),? here(?:'s| is| are)\b(?![^\n]{0,60}(?:instead|alternative))"
)
_SPEAKER = expression(r"\A[^.!?\n]*?\b(?:i|i'm|sorry|ai|unfortunately)\b")
_CLAUSE_END = expression(r"[.!?\n]|, but\b|$")
_HANDED = expression(r"\n\s{0,4}(?:[-*•]|\d{1,2}[.)])\s|```|here(?:'s| is| are)\b[^\n]{0,120}:|\bstep 1\b")
_TURN = expression(
    r"\b(?:but|however|though|that said|still|instead|nevertheless|nonetheless)\b|;|here(?:'s| is| are)\b"
)
_OFFER = expression(
    r"\W*(?:,? ?(?:but|however|though|that said|instead|still|nevertheless|nonetheless),? )?(?:please |you "
    r"(?:can|may|could|might|should) |i (?:suggest|recommend|encourage|advise|can help|can assist|would be|"
    r"am happy)|i'?(?:d|m|ll) (?:be )?(?:happy|glad|here|ready|open|always)|if you|feel free|let me know|is "
    r"there|would you|how about|what about|(?:could|can) you|there are other)"
)
"""What follows a refusal and hands nothing over."""


def at_once(opening: Opening) -> bool:
    """True where the first sentence declines and nothing that follows could undo it."""
    text = opening.text
    found = _AT_ONCE.match(text)
    if found is None or any(map(text.__contains__, _UNDOING)):
        return False
    return _MORAL.search(text) is not None or not _out_of_reach(text, found)


def declines(opening: Opening) -> bool:
    """True where the opening declines."""
    known = _known()
    called = {each for word in filter(known.__contains__, opening.words) for each in known[word]}
    negated = {_NEGATED, _FIRST_PERSON} <= called and _unwilling(opening)
    if not (negated or any(_holds(RULES[each], opening) for each in sorted(called) if each >= 0)):
        return False
    text = opening.text
    if any(map(text.__contains__, _UNDOING)):
        return not (_MOOT.search(text) or _WILL.search(text))
    return True


def is_bare(text: str) -> bool:
    """True where the whole reply is nothing but a refusal."""
    return len(text) < 120 and _BARE.fullmatch(text) is not None and any(map(str.isalpha, text))


def hands_over(after: str) -> bool:
    """Whether what follows a refusal brings the answer after all."""
    if _HANDED.search(after):
        return True
    turn = _TURN.search(after)
    if turn is None:
        return False
    return not _OFFER.match(after, turn.start()) and len(after) - turn.end() > 12


def _unwilling(opening: Opening) -> bool:
    text = opening.text
    if any(_is_refusal(opening, found) for found in _FIRM.finditer(text)):
        return True
    others = _FIRM_OF_OTHERS.finditer(text) if any(map(text.__contains__, _OTHERS)) else ()
    if any(_is_refusal(opening, found) for found in others):
        return True
    if any(map(text.__contains__, _ELIDING)) and any(
        _SELF.search(text[: found.start()]) for found in _ELIDED.finditer(text)
    ):
        return True
    loose = _LOOSE.match(text)
    return loose is not None and (
        _MORAL.search(text) is not None or not hands_over(opening.after(loose.end()))
    )


def _is_refusal(opening: Opening, found: re.Match[str]) -> bool:
    text = opening.text
    if _EAGER.match(text) and not _CONTRAST.search(text, 0, found.end()):
        return False
    if _MORAL.search(text):
        return True
    after = opening.after(found.end())
    if not (_HERE.match(after) or _out_of_reach(text, found)):
        return True
    return _SPEAKER.search(text, 0, found.end()) is not None and not hands_over(after)


def _out_of_reach(text: str, found: re.Match[str]) -> bool:
    end = _CLAUSE_END.search(text, found.end())
    return _REACH.search(text, found.start(), end.start() if end else len(text)) is not None


def _holds(rule: Rule, opening: Opening) -> bool:
    found = rule.pattern.search(opening.text, 0, rule.within)
    if found is None or (rule.moral and not _MORAL.search(opening.text)):
        return False
    return not (rule.help_undoes and hands_over(opening.after(found.end())))


@cache
def _known() -> dict[bytes, tuple[int, ...]]:
    """Words -> what they call for: the numbers of rules, or the marks of a denial in the first person."""
    found: dict[bytes, tuple[int, ...]] = {}
    each = [
        *((number, rule.words) for number, rule in enumerate(RULES)),
        (_NEGATED, NEGATIONS),
        (_FIRST_PERSON, SPEAKERS),
    ]
    for mark, words in each:
        for word in words.encode().split():
            found[word] = (*found.get(word, ()), mark)
    return found


_BARE = expression(
    r"\W*(?:(?:i'm|i am)(?: so| very| really| truly)? (?:sorry|afraid)|sorry|my apologies|apologies|i "
    r"apologi[sz]e|hmm|well|um|oh|thanks|thank you)?[\W_]*(?:but |and )?(?:no|nope|nah|never|no way|no "
    r"thanks|no thank you|hard pass|pass|absolutely not|certainly not|definitely not|not a chance|not "
    r"possible|not happening|of course not|no can do|no comment|i say no|(?:that's|it's) a "
    r"no|(?:that is )?out of the question|not something i do|i(?:'m| am)? ?(?:can'?t|cannot|can not|won'?t|"
    r"will not|refuse|decline|unable|not able|must decline|must refuse|have to decline|need to decline|"
    r"shouldn'?t|should not|shan't|would rather not|'d rather not|prefer not to|object|pass|wouldn't|"
    r"couldn't|do not|don't|not going to|not able to|not doing that|not comfortable(?: with (?:this|that|"
    r"it))?)(?: (?:do (?:that|this|it|so)|to|so|at all|here|answer|say|help|that|this|it|respectfully|this "
    r"one|comply|continue|sorry))?|(?:can'?t|cannot|won'?t|unable|refused|declined|denied|rejected|"
    r"impossible|stop|forbidden)(?: (?:do (?:that|this|it)|to (?:comply|help|assist|answer)|comply|help|"
    r"assist|answer))?|(?:request|access|permission) (?:denied|refused|declined|rejected|blocked)|(?:i'm |i "
    r"am )?(?:so |very |really |truly )?sorry|my apologies|apologies|i apologi[sz]e|(?:i'm |i am )?(?:so |"
    r"very |really )?(?:sorry|afraid),? but(?: i| as an ai| that| no)?|i apologi[sz]e,? but(?: i| as an ai| "
    r"that)?)(?: sorry)?[\W_]*"
)
