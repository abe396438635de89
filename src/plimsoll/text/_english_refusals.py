"""The opening of an English reply, in lower case and plain letters -> whether it declines.

A refusal is in the first person and the present, and about helping: "I can't help with that", "I won't write
it". Calling the request wrong from the start is one, too. What is only out of the speaker's reach ("I can't
browse the internet") declines nothing where the answer follows all the same.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache

from plimsoll.text._english_condemnations import CONDEMNATIONS
from plimsoll.text._english_phrases import (
    ADVERBS,
    ASIDE,
    CANNOT,
    ENOUGH,
    HELP,
    MAY_DECLINE,
    MORAL,
    NOT_A_DEED,
    OPENERS,
    REACH,
)
from plimsoll.text._english_policies import POLICIES
from plimsoll.text._english_premises import PREMISES
from plimsoll.text._english_rules import RULES as PLAIN_RULES
from plimsoll.text._english_rules import Rule
from plimsoll.text._opening import Opening
from plimsoll.text.expressions import WordStarts, expression

RULES = (*PLAIN_RULES, *PREMISES, *CONDEMNATIONS, *POLICIES)
# Patterns begin with letters where they can: that lets the search skip ahead.
_ASKED = (
    rf"(?!{NOT_A_DEED}|understand|see\b|open|read|view|parse|hear|access|identif|locat|determin|know|decide|"
    r"underst|follow)"
    r"(?!\w+ly )[a-z]{3,14}(?: (?:with|on|about|in|into|to|out|for|through|over|any|you|with any))? "
    r"(?:that|this|such|these|those|your) (?:an? )?(?:kind|type|sort|request|question|topic|"
    r"content|information|material|task|conversation|discussion|story|role|matter|subject|activit|behaviou?r|"
    r"instruction|detail|demand|scenario|prompt)"
)
"""Whatever is done to what was asked for."""
_FIRM = expression(rf" i{MAY_DECLINE}{ASIDE}{ADVERBS}{CANNOT}{ADVERBS} (?:{HELP}{ENOUGH}|{_ASKED})")
_FIRM_OF_OTHERS = expression(
    r"(?:w(?<!\ww)e|t(?<!\wt)h(?:is|e) (?:assistant|ai|model|chatbot|bot|system))(?<!\b(?:if|as) we)"
    r"(?<!\b(?:why|how) "
    rf"we)(?<!\b(?:what|when) we){ADVERBS}{CANNOT}{ADVERBS} {HELP}{ENOUGH}"
)
CURT = expression(
    r"\W*(?:sorry|apologies|no|unfortunately)?\W*(?:but )?(?:cannot|can't|can not|unable to|"
    r"not (?:able|going|willing|gonna|about|allowed|permitted)(?: to)?|never going to|unwilling to|"
    rf"won't|will not|cant)(?: really| simply)? {HELP}"
)
CURT_WORDS = frozenset(
    b"sorry apologies no unfortunately but cannot can't can unable not never unwilling won't will "
    b"cant".split()
)
"""By one of these words such a reply begins."""
_ADVICE = expression(
    r" (?:would|could)(?: not|n'?t| never) (?:recommend|suggest|choos|select|pick|advis|describ)"
)
"""Advice against something, unless it speaks of right and wrong."""
_ELIDED = expression(
    r" (?:and|but|so|thus|therefore|hence|or|nor),? (?:therefore |so |thus |hence |simply |also )?"
    rf"(?:cannot|can't|can not|won't|will not|must decline to|am unable to|am not able to){ADVERBS} {HELP}"
)
_SELF = expression(r"\b(?:i|i'm|i've|i'd|sorry|ai)\b[^.!?\n]{0,140}\Z")
_LOOSE = expression(
    rf"\W*(?:{OPENERS}\W*(?:i|we)|(?:i'm|i am) (?:just |only )?an? [^.!?\n]{{1,60}}?,? "
    rf"and){ADVERBS}(?! (?:would|could)n'?t (?!be\b|feel\b|want\b)| (?:would|could) not (?!be\b|feel\b|"
    rf"want\b))"
    rf"{CANNOT}\b(?!{ADVERBS} {NOT_A_DEED})"
)
_IDLE = expression(
    rf"\W*(?:{OPENERS}\W*(?:i|we)|(?:i'm|i am) (?:just |only )?an? [^.!?\n]{{1,60}}?,? and){ADVERBS}{CANNOT}"
    rf"(?:{ADVERBS}(?: to| in| of| be)? {NOT_A_DEED}|[^.!?\n]{{0,50}} (?:enough|too highly|on and on)\b)"
)
"""It is only said what the speaker would not do anyhow."""
_AT_ONCE = expression(rf" {OPENERS}i{ADVERBS}{CANNOT}{ADVERBS} {HELP}{ENOUGH}")
_UNDOING = expression(r" (?:but,? here|however, here|i(?: will|'ll)|can still|make sense|nonsens)")
"""Where this does not stand, nothing undoes a refusal that is about no limit of reach."""
NEGATIONS = (
    "not can't cannot cant won't wont unable never decline declining refuse refusing refrain abstain "
    "prohibited "
    "prevented forbidden restricted barred precluded lack don't dont didn't couldn't wouldn't shouldn't "
    "mustn't "
    "shan't longer ca opt neither business intention desire unwilling reluctant hesitant banned "
    "disallowed interest"
)
SPEAKERS = "i i'm i'd i'll i've im we we're ai assistant model system chatbot bot"
OTHERS = "we we'll we've we're we'd assistant ai model chatbot bot system"
"""Where somebody else than `i` declines."""
ELIDING = "cannot can't can won't will decline unable"
_DENIAL, _BY_OTHERS, _WITHOUT_I, _FIRST_RULE = 0b11, 0b100, 0b1000, 4
"""Bits of what words call for: both halves of a denial, who else denies, `I` left out; then the rules."""
_LOOKS = tuple("match" if rule.pattern.pattern.startswith(r"\A") else "search" for rule in RULES)
"""How each is looked for: a search for what stands at the beginning would try every place."""
_SINGLE = sum(1 << place for place, rule in enumerate(RULES) if not rule.beside)
_REACH = WordStarts(*REACH)
_MORAL = WordStarts(*MORAL)
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
_OBJECT = 60
"""Characters in which it is said what is not done: where that is wrong, only a whole answer undoes it."""
_WITHIN = 100
"""Characters in which it ends."""
_SPEAKER = expression(r"\A[^.!?\n]*?\b(?:i|i'm|sorry|ai|unfortunately)\b")
_CLAUSE = expression(r"[^.!?\n,]*(?:,(?! but\b)[^.!?\n,]*)*")
_HANDED = expression(
    r"\n\s{0,4}(?:[-*•]|\d{1,2}[.)])\s|```|here(?:'s| is| are)\b[^\n]{0,120}:|\bstep 1\b"
    r"|\bso (?:i'll|i will|let me) (?:describe|explain|show|list|give|walk|use|go|assume|tell|"
    r"answer|summari|outline|share)"
)
_SO_INSTEAD = expression(r"[^.!?\n]{0,60}, so (?:i'll|i will|let me)\b")
"""What is out of reach is made up for at once."""
_TURN = expression(
    r"\b(?:but|however|though|that said|still|instead|nevertheless|nonetheless)\b|;|here(?:'s| is| are)\b"
)
_INSTEAD = expression(r"\binstead\b|\bways to (?:promote|support|prevent|combat|fight|stop)\b")
_YIELDS = expression(
    rf"{_HANDED.pattern}|\b(?:however|but|that said|nevertheless|nonetheless|still),? (?:here|you (?:can|"
    rf"could|may)|one (?:can|could)"
    r"|to |in some|in certain|some |it(?:'s| is) (?:legal|allowed|possible|permitted)|there are|the )"
)
"""What is said behind a condemnation where it is not meant to keep anybody from anything."""
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
    if found is None or _UNDOING.search(text) or _advises(found[0]):
        return False
    # Nine in ten of them speak of right and wrong, and that is sooner seen.
    return _MORAL.stand_in(text) or not _out_of_reach(text, found)


def declines(opening: Opening, said: Collection[bytes]) -> bool:
    """True where the opening declines; `said` holds those of its words that are in `words()`."""
    called = _called(said)
    if not (_leaves_i_out(opening) or _breaks_a_rule(opening, called) or _is_unwilling(opening, called)):
        return False
    text = opening.text
    if _UNDOING.search(text):
        return not (_MOOT.search(text) or _WILL.search(text))
    return True


def words() -> Collection[bytes]:
    """The words without which no opening declines."""
    return _known().keys()


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


def _leaves_i_out(opening: Opening) -> bool:
    first = opening.words[0].lstrip(b"'") if opening.words else b""
    return first in CURT_WORDS and CURT.match(opening.text) is not None


def _is_unwilling(opening: Opening, called: int) -> bool:
    if called & _DENIAL != _DENIAL:
        return False
    text = opening.text
    if any(_is_refusal(opening, found) for found in _FIRM.finditer(text)):
        return True
    others = _FIRM_OF_OTHERS.finditer(text) if called & _BY_OTHERS else ()
    if any(_is_refusal(opening, found) for found in others):
        return True
    if called & _WITHOUT_I and any(_SELF.search(text[: found.start()]) for found in _ELIDED.finditer(text)):
        return True
    loose = _LOOSE.match(text)
    if loose is None:
        return False
    after = opening.after(loose.end())
    unmade = not hands_over(after) or (_MORAL.stand_in(text) and not _SO_INSTEAD.match(after))
    return unmade and _IDLE.match(text) is None


def _is_refusal(opening: Opening, found: re.Match[str]) -> bool:
    text = opening.text
    if _EAGER.match(text) and not _CONTRAST.search(text, 0, found.end()):
        return False
    if _advises(found[0]) and not _MORAL.stand_in(text, 0, found.end() + _OBJECT):
        return False
    after = opening.after(found.end())
    here = "here" in after[:_WITHIN] and _HERE.match(after)
    if not (here or _out_of_reach(text, found)) or _MORAL.stand_in(text):
        return True
    return _SPEAKER.search(text, 0, found.end()) is not None and not hands_over(after)


def _advises(said: str) -> bool:
    return "ould" in said and _ADVICE.search(said) is not None


def _out_of_reach(text: str, found: re.Match[str]) -> bool:
    clause = _CLAUSE.match(text, found.end())
    end = clause.end() if clause else len(text)
    # What is asked about, behind `why`, is not what the speaker lacks.
    asked = text.find(" why ", found.end(), end)
    return _REACH.stand_in(text, found.start(), end if asked < 0 else asked)


def _holds(rule: Rule, opening: Opening, look: str) -> bool:
    text = opening.text
    found = getattr(rule.pattern, look)(text, 0, rule.within)
    if found is None or (rule.moral and not _MORAL.stand_in(text)):
        return False
    if rule.followed_by is not None and not rule.followed_by.stand_in(text, found.end()):
        return False
    if not rule.help_undoes:
        return True
    after = opening.after(found.end())
    if rule.followed_by:
        return _YIELDS.search(_INSTEAD.split(after, maxsplit=1)[0]) is None
    if _MORAL.stand_in(opening.text, found.start(), found.end() + _OBJECT):
        return _HANDED.search(after) is None
    return not hands_over(after)


def _called(said: Iterable[bytes]) -> int:
    """What the words call for, a bit for each."""
    called = 0
    for bits in filter(None, map(_known().get, said)):
        called |= bits
    return called


def _breaks_a_rule(opening: Opening, called: int) -> bool:
    """Whether one of the rules holds for which every kind of word is there."""
    called >>= _FIRST_RULE
    called &= called >> len(RULES) | _SINGLE
    while called:
        lowest = called & -called
        place = lowest.bit_length() - 1
        if _holds(RULES[place], opening, _LOOKS[place]):
            return True
        called ^= lowest
    return False


@cache
def _known() -> dict[bytes, int]:
    """Words -> what they call for."""
    kinds = (NEGATIONS, SPEAKERS, OTHERS, ELIDING, *(rule.words for rule in RULES))
    kinds = (*kinds, *(rule.beside for rule in RULES))
    found: dict[bytes, int] = {}
    for place, words in enumerate(kinds):
        for word in words.encode().split():
            found[word] = found.get(word, 0) | 1 << place
    return found


_BARE = expression(
    r"\W*(?:(?:i'm|i am)(?: so| very| really| truly)? (?:sorry|afraid)|sorry|my apologies|apologies|i "
    r"apologi[sz]e|hmm|well|um|oh|thanks|thank you|no|nope|nah)?[\W_]*(?:but |and )?(?:no|nope|nah|never|"
    r"no way|no "
    r"thanks|no thank you|hard pass|pass|absolutely not|certainly not|definitely not|not a chance|not "
    r"possible|not happening|not (?:doing|going to do) (?:that|this|it)|of course not|no can do|"
    r"no comment|i say no|respectfully,? no|sadly,? no|regrettably,? no|(?:that's|it's) a "
    r"no|(?:that is )?out of the question|not something i do|i(?:'m| am)? ?(?:can'?t|cannot|can not|won'?t|"
    r"will not|refuse|decline|unable|not able|must decline|must refuse|have to decline|need to decline|"
    r"shouldn'?t|should not|shan't|would rather not|'d rather not|prefer not to|object|pass|wouldn't|"
    r"couldn't|do not|don't|not going to|not able to|not doing that|not comfortable(?: with (?:this|that|"
    r"it))?)(?: (?:do (?:that|this|it|so)|to|so|at all|here|answer|say|help|that|this|it|respectfully|this "
    r"one|comply|continue|sorry))?|(?:can'?t|cannot|won'?t|unable|refused|declined|denied|rejected|"
    r"impossible|stop|forbidden)(?: (?:do(?: (?:that|this|it))?|happen|to (?:comply|help|assist|answer)|"
    r"comply|help|"
    r"assist|answer))?|(?:request|access|permission) (?:denied|refused|declined|rejected|blocked)|(?:i'm |i "
    r"am )?(?:so |very |really |truly )?sorry|my apologies|apologies|i apologi[sz]e|(?:i'm |i am )?(?:so |"
    r"very |really )?(?:sorry|afraid),? but(?: i| as an ai| that| no)?|i apologi[sz]e,? but(?: i| as an ai| "
    r"that)?)(?: sorry)?[\W_]*"
)
