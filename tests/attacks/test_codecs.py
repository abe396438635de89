"""Writings lead back to what they keep of a text, and agree with published tables and official data."""

import base64
import codecs
import json
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll import registry
from plimsoll.attacks._transform import Transform
from plimsoll.core import Sample, UserError, user
from plimsoll.text.ciphers import carried
from tests.support.extras import need

CHINESE = {"chinese/script", "chinese/pinyin", "chinese/homophones"}


def transforms() -> dict[str, Transform]:
    found = {}
    for part in registry.parts("attacks"):
        if part.room == "attacks" and part.name.partition("/")[0] in (
            "encoding",
            "characters",
            "chinese",
            "arabic",
        ):
            found[part.name] = registry.build("attacks", part.name)
    return found | {
        spec: registry.build("attacks", spec)
        for spec in ("encoding/bijection:into=digits", "encoding/binary:bits=16", "encoding/url:safe=")
    }


TRANSFORMS = transforms()


def built(name: str) -> Transform:
    if name in CHINESE:
        need("chinese")
    return TRANSFORMS[name]


@pytest.mark.parametrize("name", [name for name, each in TRANSFORMS.items() if each.codec.decode])
@settings(max_examples=200)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_a_writing_keeps_of_a_text_comes_back(name: str, text: str) -> None:
    attack = built(name)
    assert attack.decode(attack.encode(text)) == attack.codec.kept(text)


ODD = (
    "encoding/url:safe=%", 'encoding/url:safe=" /"', "encoding/ascii_codes:separator=-",
    "encoding/ascii_codes:base=2",
    "encoding/ascii_codes:separator=7", "encoding/base64:alphabet=url", "encoding/hexadecimal:separator=:",
    "encoding/binary:bits=32", "encoding/caesar:offset=5,han=shift", "encoding/caesar:offset=-30",
    "encoding/bijection:seed=5", "encoding/variation_selectors:sign=\ufe0f", "characters/diacritics:mark=x",
    "characters/homoglyphs:share=0.5", "characters/joined:by=ab", "characters/zero_width:every=3",
    "characters/zalgo:intensity=3", "encoding/reversed_text:unit=word",
    "encoding/reversed_text:unit=char_in_word",
)  # fmt: skip
SURE = {
    spec: each
    for spec, each in (*TRANSFORMS.items(), *((spec, registry.build("attacks", spec)) for spec in ODD))
    if each.codec.decode
}
MADE_OF = st.sampled_from(
    [*"aZé7 /%-.,\n\t\r", "  ", "x\ufe0f", "́", "⠠⠁", "ᵃ", "а", "\u200b", "漂白", "😊", "ß", "İ"]
)


@pytest.mark.parametrize("spec", SURE)
@settings(max_examples=100)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.lists(MADE_OF).map("".join))
def test_what_a_writing_is_sure_of_comes_back(spec: str, text: str) -> None:
    """Such a payload is not read back where a run is attacked: here it is, of whatever is written."""
    attack = SURE[spec]
    payload = attack.encode(text)
    if attack.codec.sure(text):
        assert attack.decode(payload) == attack.codec.kept(text)
    assert attack.codec.leads_back(text, payload) == (attack.decode(payload) == attack.codec.kept(text))


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("encoding/url:safe=%", "100%20 loaves?"),
        ("encoding/ascii_codes:separator=7", "Where is MM, please?"),
        ("encoding/variation_selectors:sign=\ufe0f", "Where is it?"),
        ("characters/diacritics:mark=x", "Where is it?"),
    ],
)
def test_a_payload_that_does_not_lead_back_is_invalid_however_the_writing_is_set(
    spec: str, text: str
) -> None:
    attack: Transform = registry.build("attacks", spec)
    (variant,) = attack.variants(Sample(id="1", messages=(user(text),)))
    assert variant.attempt is not None
    assert variant.attempt.validity == "invalid"


@pytest.mark.parametrize("name", [name for name, each in TRANSFORMS.items() if each.codec.decode])
def test_most_of_a_plain_request_survives(name: str) -> None:
    texts = {"chinese/script": "请问怎样把面粉和水和成面团？", "arabic": "كيف أخبز الخبز في البيت؟"}
    text = next((each for key, each in texts.items() if name.startswith(key)), "How do I bake bread at home?")
    kept = built(name).codec.kept(text)
    assert sum(letter in kept.lower() for letter in text.lower()) >= 0.9 * len(text)


VECTORS = {
    "encoding/atbash": ("Attack at dawn", "Zggzxp zg wzdm"),
    "encoding/caesar": ("Veni, vidi, vici", "Yhql, ylgl, ylfl"),
    "encoding/vigenere:key=lemon": ("attackatdawn", "lxfopvefrnhr"),
    "encoding/morse": ("SOS help", "... --- ... / .... . .-.. .--."),
    "encoding/nato": ("abc", "Alfa Bravo Charlie"),
    "encoding/braille": ("Abc", "⠠⠁⠃⠉"),
    "encoding/rot13": ("Hello", codecs.encode("Hello", "rot13")),
    "encoding/base64": ("漂白水 ok", base64.b64encode("漂白水 ok".encode()).decode()),
    "encoding/base32": ("ok", base64.b32encode(b"ok").decode()),
    "encoding/base2048": ("Hello!", "ϓțƘ໐µ"),
    "encoding/ecoji": ("hello", "👲🔩🚗🌷"),
    "encoding/ascii85": ("ok?", base64.a85encode(b"ok?").decode()),
    "encoding/uu": ("cat", "#8V%T\n"),
    "encoding/url": ("漂 a/b", quote("漂 a/b")),
    "encoding/hexadecimal": ("é", "c3a9"),
    "encoding/binary": ("A", "01000001"),
    "encoding/ascii_codes": ("Aé", "65 233"),
    "encoding/reversed_text:unit=word": ("one two", "two one"),
    "encoding/reversed_text:unit=char_in_word": ("one two", "eno owt"),
    "encoding/unicode_escape": ("é😊", "\\u00e9\\U0001f60a"),
    "characters/leet": ("Elite test", "31173 7357"),
    "characters/pig_latin": ("pig latin is smart", "igpay atinlay isway artsmay"),
    "characters/without_vowels": ("How are you", "Hw r y"),
    "characters/initials": ("as soon as possible", "a s a p"),
    "characters/camel_case": ("how are you", "HowAreYou"),
    "arabic/forms": ("سلام", "ﺳﻼم".replace("ﻼ", "ﻠﺎ").replace("م", "ﻡ")),
    "arabic/tatweel": ("سلام", "سـلـام"),
    "arabic/arabizi": ("مرحبا حق", "mr7ba 78"),
    "encoding/bijection:into=digits,seed=1": ("a1 b", "71 1 ␣ 99"),
    "chinese/full_width": ("AK-47", "ＡＫ－４７"),
    "chinese/split": ("好人", "女子人"),
    "chinese/pinyin:tones=none": ("银行", "yin hang"),
    "chinese/script": ("头发", "頭髮"),
}


@pytest.mark.parametrize(("spec", "pair"), VECTORS.items())
def test_a_writing_gives_what_the_tables_give(spec: str, pair: tuple[str, str]) -> None:
    if spec.partition(":")[0] in CHINESE:
        need("chinese")
    plain, written = pair
    assert registry.build("attacks", spec).encode(plain) == written


@pytest.mark.parametrize("name", ["characters/typos", "characters/zalgo", "characters/random_capitals"])
def test_a_seed_gives_the_same_bytes_and_another_seed_others(name: str) -> None:
    text = "Please tell me how to bake bread at home."
    one, again, other = (registry.build("attacks", f"{name}:seed={seed}").encode(text) for seed in (1, 1, 2))
    assert one == again != other


def test_homophones_sound_alike_and_look_different() -> None:
    need("chinese")
    from pypinyin import lazy_pinyin

    text = "他今天去了银行"
    attack: Transform = registry.build("attacks", "chinese/homophones:share=1,seed=3")
    other = attack.encode(text)
    assert other != text
    assert [lazy_pinyin(each) for each in other] == [lazy_pinyin(each) for each in text]


def test_the_official_encrypted_prompts_are_rebuilt(official: Path) -> None:
    folder = official.parent / "s-eval"
    base = {}
    for line in (folder / "base_risk_zh_small.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        base[row["traceid"]] = row["prompt"]
    found = {"url": [0, 0], "base64": [0, 0], "caesar": [0, 0]}
    for line in (folder / "attack_zh_instruction_encryption.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        read = carried(row["prompt"])
        assert read is not None
        plain = base[row["base_traceid"]]
        spec = {"url": "encoding/url", "base64": "encoding/base64"}.get(
            read.cipher, f"encoding/caesar:han=shift,offset={read.offset}"
        )
        found[read.cipher][1] += 1
        found[read.cipher][0] += registry.build("attacks", spec).encode(plain) == read.payload
    assert found == {"url": [344, 344], "base64": [326, 326], "caesar": [330, 330]}


def test_a_draw_hangs_on_the_sample_and_not_on_the_order() -> None:
    codec = registry.build("attacks", "characters/typos").codec
    assert codec.encode("bread and butter", Random("0:1")) == codec.encode("bread and butter", Random("0:1"))


@pytest.mark.parametrize(
    "name", ["arabic/forms", "arabic/tatweel", "encoding/morse", "encoding/nato", "encoding/url"]
)
def test_what_is_written_by_words_is_the_same_again_beside_other_words(name: str) -> None:
    attack = TRANSFORMS[name]
    words = ["كيف", "أخبز", "الخبز", "سلام", "bread", "42", "x" * 200]
    between = {"encoding/morse": " / ", "encoding/nato": "  ", "encoding/url": "%20"}.get(name, " ")
    for once in range(2):
        assert attack.encode(" ".join(words)) == between.join(map(attack.encode, words)), once
    letters = "كيف أخبز"
    assert attack.encode(letters) == attack.encode(f"{letters} x").removesuffix(between + attack.encode("x"))


@pytest.mark.parametrize(
    ("spec", "plain", "written"),
    [
        ("encoding/base2048", "abc", "ҤŘ༐"),
        (
            "encoding/base2048",
            "How do I bake bread?",
            "\u03d3\u0581\u0d6a\u0d70\u1053\u01e4\u0915\u03f1\u04f4\u0208\u0184\u0f5b\u0441\u0c15\xff",
        ),
        ("encoding/ecoji", "How do I bake bread?", "🏯🙂💙🌬💍📖🔛🌪👖😁🐙🌪💚🔩🌟🌅"),
        ("encoding/ecoji", "漂白水", "🥊🥾🎁🥉🙂🕉🈚⚜"),
        ("encoding/ecoji", "abcd", "👖📸🎦⚜"),
        ("encoding/ecoji", "a", "👕☕☕☕"),
    ],
)
def test_wide_alphabets_agree_with_the_packages_that_garak_and_pyrit_use(
    spec: str, plain: str, written: str
) -> None:
    """Outputs of mikeshardmind-base2048 1.0.4 and ecoji 0.1.1."""
    attack: Transform = registry.build("attacks", spec)
    assert attack.encode(plain) == written
    assert attack.decode(written) == plain


@pytest.mark.parametrize("spec", ["encoding/base2048", "encoding/ecoji"])
@pytest.mark.parametrize(
    "damaged", ["No.", "ϓ", "☕", "👲🔩", "༐", "👕☕☕", "👲🔩🚗🌷☕☕☕☕", "ϓțƘ໐µ༐༐", "🏍🏍🏍🏍"]
)
def test_damaged_signs_of_wide_alphabets_are_not_read(spec: str, damaged: str) -> None:
    assert registry.build("attacks", spec).decode(damaged) is None


TOKENS = [f"{first}{second}" for first in "bcdfgh" for second in "aeiou"]


@pytest.mark.parametrize(
    "written",
    [
        "\n".join([*TOKENS, "", "x", "7x", "a b"]),
        json.dumps({f"Ġ{token}": place for place, token in enumerate(TOKENS)}),
        json.dumps({"model": {"vocab": {f"▁{token}": place for place, token in enumerate(TOKENS)}}}),
        json.dumps({"model": {"vocab": [[f"▁{token}", -1.0] for token in TOKENS]}}),
    ],
)
def test_a_bijection_takes_its_signs_from_a_tokenizer(written: str, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(written, encoding="utf-8")
    attack: Transform = registry.build("attacks", f"encoding/bijection:into=tokens,file={file},seed=3")
    (variant,) = attack.variants(Sample(id="1", messages=(user("How do I bake bread?"),)))
    assert variant.attempt is not None
    assert variant.attempt.validity == "valid"
    payload = attack.encode("Bread at 7!")
    assert set(payload.split(" ")) - {"␣", "7", "!"} < set(TOKENS)
    assert attack.decode(payload) == "bread at 7!"
    other: Transform = registry.build("attacks", f"encoding/bijection:into=tokens,file={file},seed=4")
    assert other.encode("Bread at 7!") != payload


@pytest.mark.parametrize(
    ("spec", "content", "told"),
    [
        ("encoding/bijection:into=tokens", b"", "belong together"),
        ("encoding/bijection:into=digits,file=FILE", b"", "belong together"),
        ("encoding/bijection:into=tokens,file=FILE", b"ab\ncd\n7\n", "holds 2 tokens of letters"),
        ("encoding/bijection:into=tokens,file=FILE", b"\xff\xfe", "is not in UTF-8"),
        ("encoding/bijection:into=tokens,file=FILE", b"[[[]]]", "holds 0 tokens"),
        ("encoding/bijection:into=tokens,file=FILE.gone", b"", "No such file"),
    ],
)
def test_tokens_that_make_no_alphabet_are_refused(
    spec: str, content: bytes, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "tokens"
    file.write_bytes(content)
    with pytest.raises(UserError, match=told):
        registry.build("attacks", spec.replace("FILE", str(file)))
