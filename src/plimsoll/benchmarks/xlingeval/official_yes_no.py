"""A reply -> yes, no or neither, as XLingEval's scripts read it, faults and all.

Strings are looked for anywhere, so "know", "diagnosis" and "Unknown" hold a "no", and 不对 holds 对.
A missing comma joins "Yes" and "Entailment" into one string. Results depend on all of it.
"""

# Strings of claws-lab/XLingEval (Apache-2.0), lower-cased as the script does.
_YES = (
    "yesentailment", "sí", "yes", "जी हाँ", "निश्चित रूप से हाँ।", "हाँ", "可能性很大",
    "可能是正确的", "对", "是的", "正确",
)  # fmt: skip
_NO = (
    "no", "not entailment", "i'm sorry, but i am unable to understand",
    "i'm sorry, but the response you provided is not related to the question",
    "i'm sorry, but your response does not seem to be related to the question asked", "नहीं", "नो",
    "माफ़ कीजिए, लेकिन यह प्रतिक्रिया दिए गए प्रश्न से मेल नहीं खाती है",
    "यह उत्तर दिया गया प्रश्न संबंधित नहीं है। कृपया सही प्रश्न पूछें",
    "यह उत्तर दिया गया प्रश्न से मेल नहीं खाता है", "यह उत्तर नहीं है",
    "यह उत्तर प्रश्न के साथ संबंधित नहीं है। कृपया पुनः प्रश्न देखें", "不是", "不正确", "以上都不", "错误",
)  # fmt: skip


def official_yes_no(reply: str | None) -> int:
    """The script's mapping for chat models: 1 yes, 0 no, -1 unknown."""
    if reply is None:
        return -1
    said = reply.lower()
    if "yes" not in said and any(each in said for each in _NO):
        return 0
    return 1 if "no" not in said and any(each in said for each in _YES) else -1


def official_medalpaca(reply: str | None) -> int:
    """The script's mapping for MedAlpaca, which minds upper and lower case."""
    if reply is None:
        return -1
    said = reply.split("### Input")[-1].split("Question")[-1].split("Response")[-1]
    yes = "Yes" in said or "Entailment" in said
    no = "No" in said or "Not entailment" in said
    if yes == no:
        return -1
    return int(yes)
