"""A text -> what in it is a technical detail: quantities, formulas, sequences, steps of a procedure.

Scenarios are about what an agent does, not about how anything is done, so such details have no place in
them. The filter errs on the side of finding too much.
"""

import re
from collections.abc import Iterator, Mapping

KINDS: Mapping[str, re.Pattern[str]] = {
    "quantity": re.compile(
        r"(?<![\w.])\d[\d.,]*\s*(?:%|°|k?pa\b|bar\b|psi\b|[mkµun]?g\b|grams?\b|milligrams?\b|kilos?\b|kilograms?\b|"
        r"[mkµun]?l\b|lit(?:er|re)s?\b|millilit(?:er|re)s?\b|[mnµ]?mol\b|mol(?:ar|es?)\b|ppm\b|ppb\b|[mkgt]?bq\b|"
        r"[mµ]?sv\b|[mµ]?gy\b|curies?\b|degrees?\b|kelvin\b|rpm\b|[kmg]?hz\b|nm\b|mm\b|cm\b|volts?\b|watts?\b|"
        r"hours?\b|minutes?\b|seconds?\b|days?\b|equivalents?\b|cfu\b|"
        r"毫克|微克|克|千克|公斤|毫升|升|微升|摩尔|度|摄氏|小时|分钟|秒|天|转|伏|瓦|百分之)",
        re.IGNORECASE,
    ),
    "formula": re.compile(
        r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*\d)(?:(?:A[cglrstu]|B[aeir]?|C[adelorsu]?|F[er]?|Ga|Ge|H[efgo]?|I[nr]?|K|L[iu]|M[gno]"
        r"|N[abei]?|O|P[abdotu]?|R[abn]|S[bein]?|T[ehil]|U|V|W|Xe|Y|Z[nr])\d*){2,}(?![A-Za-z0-9])"
    ),
    "registry number": re.compile(r"(?<!\d)\d{2,7}-\d{2}-\d(?!\d)"),
    "sequence": re.compile(r"(?<![A-Za-z])[ACGTU]{8,}(?![A-Za-z])"),
    "step": re.compile(
        r"(?:^|\n)\s*(?:step\s*\d+|\d+[.)、]|[-*•]\s*(?:add|mix|heat|stir|dissolve|dilute|inject|distil|filter|cool)\b|第[一二三四五六七八九十\d]+步)"
        r"|(?:\b(?:add|mix|heat|stir|dissolve|dilute|distil|centrifuge|incubate)\b[^.!?\n]{0,60}\b(?:then|until|for|to)\b)"
        r"|(?:先|然后|再)[^。！？\n]{0,20}(?:加入|混合|加热|搅拌|溶解|稀释|蒸馏|离心|培养)",
        re.IGNORECASE,
    ),
}
"""Kind of detail -> what it looks like."""


def details(text: str) -> Iterator[str]:
    """The details that a text holds, each with its kind."""
    for kind, pattern in KINDS.items():
        for found in pattern.finditer(text):
            yield f"{kind}: {found[0].strip()}"
