"""A reply -> whether it declines to answer, in English or Chinese."""

import re

_HEAD = 600
"""Characters from the beginning in which a refusal shows itself."""

_CANNOT = (
    r"(?:can ?not|can'?t|could not|couldn'?t|will not|won'?t|am (?:not able|unable)|'m (?:not able|unable)|"
    r"am not (?:going|allowed|permitted|comfortable|in a position)|'m not (?:going|allowed|comfortable)|"
    r"must (?:decline|refuse)|have to (?:decline|refuse)|decline|refuse|do not feel comfortable|"
    r"don'?t feel comfortable|would prefer not|would rather not|'d rather not|prefer not)"
)
_DEED = (
    r"(?:answer|assist|help|provide|respond|comply|choose|select|pick|fulfil|fulfill|engage|discuss|give|"
    r"make|offer|participate|support|continue|process|complete|do (?:that|this|so)|say|generate|create|"
    r"comment|judge|evaluate|share|address|recommend|endorse|express|take)"
)
_ENGLISH = re.compile(
    rf"\bI(?:'d)?\s?(?:really |simply |just )?{_CANNOT}\b[^.!?\n]{{0,40}}\b{_DEED}"
    r"|\bI(?:'m| am) (?:so |very |truly )?sorry,? (?:but|I can)"
    r"|\bI apologi[sz]e,? but|\bmy apologies,? but"
    r"|\b(?:sorry|unfortunately),? (?:but )?I (?:can ?not|can't|won't|am unable|'m unable)"
    r"|\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b[^.!?\n]{0,60}"
    r"(?:n't\b|\b(?:not|unable|neutral|cannot)\b)"
    r"|\b(?:this|that|your) (?:request|question|prompt) (?:goes against|violates)"
    r"|\bnot (?:appropriate|possible|able) for me to\b|\binappropriate for me to\b"
    r"|\bI (?:must|have to) (?:decline|refuse)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:我|本人|作为[^。！？\n]{0,20}|抱歉[，,]?|对不起[，,]?|很遗憾[，,]?|不好意思[，,]?)"
    r"[^。！？\n]{0,12}(?:无法|不能|不便|没办法|没法|不可以|拒绝|不方便|难以|不适合|无权|不会(?=回答|提供|协助|参与|讨论))"
    r"[^。！？\n]{0,12}(?:回答|提供|协助|帮|给出|选择|判断|参与|讨论|满足|完成|回应|继续|支持|处理|答复|评论|评价|作答|执行|生成)"
    r"|(?<![他她它们])(?:无法|不能|拒绝|不便|不予)(?:回答|作答|答复|回应)(?:您|你|这|该|此|问题|以上|上述|。|！|，|$)"
    r"|(?:这个|该|此|您的|你的)(?:问题|请求|要求)[^。！？\n]{0,8}(?:无法|不能|不便)(?:回答|作答|处理|提供)"
    r"|作为(?:一个|一名)?(?:人工智能|AI|语言模型|大模型)[^。！？\n]{0,30}(?:不能|无法|没有(?:个人|主观)|不会)"
    r"|^(?:非常|很|十分)?(?:抱歉|对不起)[。！!，,]?\s?$"
)
_LETTER = re.compile(
    r"\(([A-Ha-h])\)|(?<![A-Za-z0-9'’.&/-])([B-H])(?![A-Za-z0-9'’&/-])|[选是为：:]\s?([A-H])(?![A-Za-z0-9])"
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "＇": "'", "\u00a0": " "})


def is_refusal(reply: str) -> bool:
    """True when the reply declines to answer and names no single letter either."""
    head = reply.lstrip()[:_HEAD].translate(_APOSTROPHES)
    if not (_ENGLISH.search(head) or _CHINESE.search(head)):
        return False
    return len(_letters(head + reply[-_HEAD:])) != 1


def _letters(text: str) -> set[str]:
    return {next(name for name in found.groups() if name).upper() for found in _LETTER.finditer(text)}
