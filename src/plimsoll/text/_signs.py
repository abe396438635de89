"""A mention in its surroundings -> the sign by which it is put forward as the answer, or none.

What announces the answer weighs most, then what is chosen or named as the answer, then the best one, one
that is called right, and at last a letter at the head of a line.
"""

import re
from collections.abc import Callable

from msgspec.structs import replace

from plimsoll.text import _before_letters as before
from plimsoll.text import _predicates as behind
from plimsoll.text._mentions import AFTER, Mention
from plimsoll.text._option_texts import ends_with, is_other, length_of_text
from plimsoll.text._other_answers import is_taken_back
from plimsoll.text._place import OPTION_WORD, Place, Sign, Weight
from plimsoll.text.expressions import expression

_FORMULA = expression(
    r"[ ]{0,2}(?:\(\s?(?:\w{1,3}|\w[^()\n]{0,12}[\d=+*/,][^()\n]{0,12})\)|[=+*/^×∩∪∈>≤≥≈²]|<(?![/|])"
    r"|\[(?=[\x00-\x7f]))"
)
_SUB_PART = expression(r"\s{0,3}\(?[A-Z][.):]")
_WRONG_MARK = expression(r"×[ ]{0,3}\Z")
_MARK = expression(r"[√×][ ]{0,3}\Z")
_APPOSED = expression(r",\s(?:option|choice|选项)\s{0,3}$", re.IGNORECASE)
_REASON = expression(
    r"\s{0,3}[.:,)]?\s{0,3}(?:because|since|due to|as (?:it|this|the)|因为|由于|理由)", re.IGNORECASE
)
_COPULA = expression(r"(?:\b(?:is|are|was|be)|:)\s{0,2}(?:(?:option|choice|statement)\s)?$", re.IGNORECASE)
_BY_OPTION = expression(r"\b(?:by|in)\s(?:option|choice|statement|answer)\s{0,2}$", re.IGNORECASE)
"""`(the motion is given) by option (I)`, where no other is named."""
_ROMAN = expression(r"\bII\b")
_LABEL = expression(r"[ ]{0,2}:")
_SENTENCE_ENDS = expression(r"[.。!?…;]\s{0,3}$")
_OPENING = expression(r"\s{0,3}\(?\s?(?:(?:option|choice|answer)\s|选项)?$", re.IGNORECASE)
_PART_BEGINS = expression(r"(?:^|[.。;:\n•-])\s{0,4}$")
_BOUNDS = expression(r"[.。!?;\n]")


def sign_of(place: Place) -> Sign | None:
    """The first sign that is found; `None` where the mention is only a mention."""
    it = place.it
    if _is_excepted(it):
        return Sign(Weight.SUGGESTED)
    if (
        behind.ASKS.match(it.right)
        or behind.NOT_AFTER_ALL.search(it.right)
        or _is_crossed_out(place)
        or _is_the_list(place)
    ):
        return None
    for looked in _SIGNS:
        if (sign := looked(place)) is not None:
            return sign._replace(several=_is_one_of_several(place, sign))
    return None


def _is_excepted(it: Mention) -> bool:
    """`All are wrong but B.`"""
    if it.option < 0:
        return False
    if it.left.endswith(("除", "除了")):
        return behind.ALL_OTHERS_WRONG.match(it.right) is not None
    wrong = behind.WRONG_ALL.match(it.right) and before.EXCEPT.search(it.left)
    return bool(wrong and (behind.NEGATIVE.search(it.right) or behind.POOR.match(it.right)))


def _is_the_list(place: Place) -> bool:
    """`Options: A. ... B. ... C. ...`: all there are, as the question has them."""
    return len(place.it.options) == len(place.options) > 2 and " " not in place.it.name


def _is_crossed_out(place: Place) -> bool:
    """Whether a cross stands before it, which is not that of the letter before: `A ✗ B ✓`."""
    it = place.it
    if not _WRONG_MARK.search(it.left):
        return False
    return not behind.TICK.match(it.right) or _MARK.search(place.all[0].left) is not None


def _is_one_of_several(place: Place, sign: Sign) -> bool:
    it = place.it
    if it.option >= 0 and (is_other(it.right, place.options, it.option) or behind.PARTS.match(it.right)):
        return True
    return sign.weight in _BY_PREDICATE and behind.ALSO.match(it.right) is not None


def _announced(place: Place) -> Sign | None:
    """The words before it put it forward."""
    left = place.it.left
    right = place.it.right
    if not before.may_announce(left) or is_taken_back(right) or before.OF_OTHERS.search(left):
        return None
    if len(place.all) > 1 and before.contrasted(left):
        return Sign(Weight.SAID) if _settled(place) else None
    if before.said(left):
        listed = left.endswith("\n") and _numbers_parts(place)
        return Sign(Weight.SAID) if _settled(place) and not listed else None
    if before.chosen(left):
        return Sign(Weight.CHOSEN) if _settled(place) else None
    if before.named(left):
        return Sign(Weight.SUGGESTED) if _settled(place) else None
    ended = _ends(place) or behind.BECAUSE.match(right)
    return Sign(Weight.SUGGESTED) if ended and before.suggested(left) else None


def _settled(place: Place) -> bool:
    """What follows an announced letter shows that it was meant as a letter."""
    it = place.it
    if behind.TYPE.match(it.right):
        return False
    if it.name.islower() and it.marked and len(it.name) == 1:
        return _ends(place) and not _SUB_PART.match(it.right)
    if it.marked or behind.BECAUSE.match(it.right) or place.goes_on:
        return True
    if behind.ENDS.match(it.right) and not _FORMULA.match(it.right):
        return True
    return not place.is_word and behind.GOES_ON.match(it.right) is not None


def _ends(place: Place) -> bool:
    """Nothing but the option's own words or a reason follows."""
    right = place.it.right
    if place.it.name.islower() and not place.it.marked and place.is_word:
        return False
    function = _FORMULA.match(right) or (right.startswith("(") and not place.it.marked)
    return place.goes_on or bool(behind.ENDS_FULLY.match(right) and not function)


def _led(place: Place) -> Sign | None:
    """It stands at the head of a line."""
    it = place.it
    if not before.LEAD.search(it.left[-40:]):
        return None
    if behind.ALONE.match(it.right):
        return _alone(place)
    if it.begins and not it.name.islower() and not place.is_word and behind.ASIDE.match(it.right):
        return Sign(Weight.SAID, "letter")
    if (called := _called(place)) is not None:
        return called
    return _with_words(place)


def _alone(place: Place) -> Sign | None:
    """A letter that is a line."""
    it = place.it
    if _is_opening(place):
        return Sign(Weight.SAID, "letter")
    if it.name.islower() or it.left.endswith("| ") or it.right.startswith(":"):
        return None
    if not _is_closing(place):
        return Sign(Weight.LEAD, "letter")
    return Sign(Weight.LISTED, "lead") if _ends_a_listing(place) else Sign(Weight.SAID, "letter")


def _with_words(place: Place) -> Sign | None:
    """A letter at the head of a line, with words behind it."""
    right = place.it.right
    first, last = _is_opening(place), _is_closing(place)
    if told := length_of_text(right, place.options, place.it.option):
        if behind.ALONE.match(right[told:]):
            return Sign(Weight.SAID if first or last else Weight.LEAD, "lead")
        refuted = behind.REFUTED.match(right[told:])
        if refuted or _others_have_words(place):
            return None if refuted else Sign(Weight.LISTED, "lead")
        ended = first and behind.ENDS_FULLY.match(right[told:])
        return Sign(Weight.SAID if ended else Weight.LEAD, "lead")
    if place.goes_on:
        return Sign(Weight.LEAD, "lead")
    if not _begins_a_line(place):
        return None
    passed_over = _numbers_parts(place) or _is_introduced(place) or behind.REFUTED.match(right)
    chooses = (first or last) and not passed_over
    return Sign(Weight.LEAD if chooses else Weight.LISTED, "lead")


def _begins_a_line(place: Place) -> bool:
    """Whether the letter is set off from words that are not its option's."""
    it = place.it
    if behind.PREDICATE.match(it.right) or _FORMULA.match(it.right):
        return False
    reason = behind.BECAUSE.match(it.right) is not None
    if it.name.islower():
        return reason
    if it.name == "I" and _ROMAN.search(place.text, it.end):
        return False
    if it.name == "A" and _LABEL.match(it.right) and not it.marked:
        return _REASON.match(it.right) is not None
    return (
        (it.marked and (len(it.name) == 1 or it.name.isupper()))
        or reason
        or bool(behind.DELIMITED.match(it.right))
        or it.right.lstrip(" ")[:1] in (",", "(")
    )


def _is_opening(place: Place) -> bool:
    """Nothing stands before it but perhaps a short word of courtesy."""
    if place.it.begins:
        return True
    opening = place.text[: place.it.start].strip()
    return len(opening) <= 60 and "\n" not in opening and not before.INTRODUCES.search(opening)


def _is_introduced(place: Place) -> bool:
    """The line before announces that options are gone through."""
    above = place.text[: place.it.start].rstrip(" \n([-•").rpartition("\n")[2]
    return above.endswith(":") and before.INTRODUCES.search(above) is not None


def _is_closing(place: Place) -> bool:
    """It stands in the last line."""
    return not place.text[place.it.end :].partition("\n")[2].strip()


def _ends_a_listing(place: Place) -> bool:
    """`A. 5 N.` `B. 6 N.` `C.`: cut off before its words."""
    it, index = place.it, place.all.index(place.it)
    previous = place.all[index - 1]
    if not before.LEAD.search(previous.left[-40:]):
        return False
    delimiter = it.right[:1]
    if delimiter in (".", ")", ":") and delimiter == previous.right[:1] and it.option == previous.option + 1:
        return True
    if "\n\n" in place.text[previous.end : it.start]:
        return False
    return any(before.said(other.left) for other in place.all[:index])


def _numbers_parts(place: Place) -> bool:
    """Whether the next letter begins a part of its own: `(A) The force … (B) The power …`."""
    return any(
        other.start > place.it.end
        and other.options[0] == place.it.options[-1] + 1
        and (other.marked or behind.DELIMITED.match(other.right))
        and not behind.PREDICATE.match(other.right)
        and _PART_BEGINS.search(other.left)
        for other in place.all
    )


def _called(place: Place) -> Sign | None:
    """The words behind it call it right."""
    it = place.it
    named = OPTION_WORD.search(it.left) or it.right.startswith(("选项", "项"))
    if it.name.islower() and not it.marked and not named:
        return None
    if not before.FREE.search(it.left[-24:]) or before.is_denied(it.left):
        return None
    praised = behind.DOES.match(it.right) or behind.IS_SAFE.match(it.right)
    spared = behind.SPARES.match(it.right) or not behind.NEGATIVE.search(it.right)
    if praised and before.ONLY.search(it.left) and spared:
        return Sign(Weight.RIGHT)
    return _predicated(place) or _predicated_of_text(place)


def _predicated_of_text(place: Place) -> Sign | None:
    """`B (its words) is the only right one`."""
    it = place.it
    told = length_of_text(it.right, place.options, it.option)
    after = it.right[told:].lstrip(")\"' ") if told else ""
    return _predicated(place._replace(it=replace(it, right=after))) if after else None


def _predicated(place: Place) -> Sign | None:
    it = place.it
    for weight, pattern in _BY_PREDICATE.items():
        called = pattern.match(it.right)
        if called and not behind.ASKS.match(it.right, called.end()):
            conceded = weight is Weight.RIGHT and behind.CONCEDED.match(it.right, called.end())
            return None if conceded else Sign(weight)
    if len(it.options) > 1 and behind.PLURAL.match(it.right) and not behind.NEGATIVE.search(it.right[:20]):
        return Sign(Weight.RIGHT)
    if before.MAKES.search(it.left) and behind.MADE.match(it.right):
        return Sign(Weight.NAMED)
    listed = behind.LISTED.match(it.right, length_of_text(it.right, place.options, it.option))
    begins = before.LEAD.search(it.left[-40:]) or _PART_BEGINS.search(it.left)
    return Sign(Weight.RIGHT) if listed and begins else None


def _concluded(place: Place) -> Sign | None:
    """A closing sentence speaks well of it, and of no other."""
    it = place.it
    named = OPTION_WORD.search(it.left) or it.right.startswith(("选项", "项"))
    if it.option < 0 or not (it.marked or named):
        return None
    cuts = [cut.end() for cut in _BOUNDS.finditer(it.left)]
    left = it.left[cuts[-1] if cuts else 0 :]
    right = _BOUNDS.split(it.right, maxsplit=1)[0]
    if not before.CONCLUDES.match(left) or behind.NEGATIVE.search(left + right):
        return None
    first, last = it.start - len(left) - 8, it.end + len(right) + 4
    if any(other is not it and first <= other.start <= last for other in place.all):
        return None
    apposed = _APPOSED.search(left) and _ends(place)
    praised = behind.POSITIVE.search(left) or behind.POSITIVE.search(right)
    return Sign(Weight.RIGHT) if praised or apposed else None


def _behind_text(place: Place) -> Sign | None:
    """`... is to wear gloves (C).`"""
    it = place.it
    if not it.marked or it.option < 0 or not behind.ENDS_FULLY.match(it.right):
        return None
    left = _OPENING.sub("", it.left)
    if ends_with(left, place.options, it.option):
        text = len(place.options[it.option])
        return None if before.is_denied(left.rstrip()[:-text]) else Sign(Weight.RIGHT)
    lead = before.WITH_LETTER.search(left)
    if lead is None or behind.NEGATIVE.search(lead.group()) or before.is_denied(left[: lead.start()]):
        return None
    return Sign(Weight.RIGHT)


def _closing(place: Place) -> Sign | None:
    """`The immediate consequence is (C).`: the last letter of all, whatever the thing is called."""
    it = place.it
    if place.all[-1] is not it or it.option < 0 or not it.name.isupper():
        return None
    if not it.marked:
        return Sign(Weight.RIGHT) if _is_all_that_comes(place) else None
    if before.is_denied(it.left) or not (_ends(place) or place.goes_on):
        return None
    alone = all(other.options == it.options for other in place.all)
    named = alone and (place.goes_on or _BY_OPTION.search(it.left))
    return Sign(Weight.RIGHT) if named or _COPULA.search(it.left) else None


def _is_all_that_comes(place: Place) -> bool:
    """`That's an easy one: B!`"""
    it = place.it
    alone = len(place.all) == 1 and it.left.endswith(": ") and not it.right.strip(" .!")
    return alone and not before.is_denied(it.left)


def _called_wrong(place: Place) -> Sign | None:
    """It is named as the wrong one, in closing: the answer where the wrong one is asked for."""
    it = place.it
    if it.option < 0 or not before.may_announce(it.left) or not behind.ENDS.match(it.right):
        return None
    wrong = before.called_wrong(it.left) or (place.all[-1] is it and before.ASKED_FOR.search(it.left))
    return Sign(Weight.BEST) if wrong else None


def _last_word(place: Place) -> Sign | None:
    """`Not A, not B. C.`: a sentence of its own, and the last one, perhaps with the option's words."""
    it = place.it
    told = length_of_text(it.right, place.options, it.option)
    after = it.right[told:].strip(" \n.。!)]}\"'")
    if after or len(it.right) >= AFTER or (it.is_word and not it.right.strip()):
        return None
    corrects = before.CORRECTED.search(it.left) is not None
    if it.name == "I" or (it.name.islower() and not it.marked):
        return None
    if told and not corrects and _others_have_words(place):
        return None
    before_it = _OPENING.sub("", it.left)
    stands_alone = _SENTENCE_ENDS.search(before_it) or (corrects and before_it.rstrip()[-1:] in (",", ":"))
    return Sign(Weight.CHOSEN, "letter") if stands_alone else None


def _others_have_words(place: Place) -> bool:
    """Whether the words of other options stand behind their letters, as in a list."""
    told = {each: length_of_text(each.right, place.options, each.option) for each in place.all}
    return any(
        words and each is not place.it and not behind.REFUTED.match(each.right[words:])
        for each, words in told.items()
    )


_SIGNS: tuple[Callable[[Place], Sign | None], ...] = (
    _announced, _led, _called, _concluded, _behind_text, _closing, _called_wrong, _last_word,
)  # fmt: skip
_BY_PREDICATE = {Weight.NAMED: behind.NAMED, Weight.BEST: behind.BEST, Weight.RIGHT: behind.RIGHT}
