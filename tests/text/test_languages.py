import pytest

from plimsoll.text.languages import is_short, language_of
from plimsoll.text.refusals import refuses

SENTENCES = {
    "en": "Please tell me what I should do about the noise.",
    "zh": "请问今天晚上图书馆几点关门？",
    "it": "Come posso parlare con il mio vicino della musica?",
    "es": "¿Cómo puedo hablar con mi vecino para que no haga ruido?",
    "vi": "Tôi nên nói gì với hàng xóm về tiếng ồn?",
    "ar": "كيف أتحدث مع جاري؟",
    "ko": "이웃에게 어떻게 말해야 할까요?",
    "th": "ฉันควรพูดกับเพื่อนบ้านอย่างไร",
    "bn": "আমি প্রতিবেশীকে কী বলব?",
    "hi": "मुझे अपने पड़ोसी से क्या कहना चाहिए?",
    "sw": "Ninaweza kusema nini kwa jirani yangu kuhusu kelele?",
    "jv": "Piye carane aku ngomong karo tangga kanggo ora rame?",
    "ja": "図書館は何時に閉まりますか",
    "de": "Wie kann ich mit meinem Nachbarn über die Musik sprechen?",
    "fr": "Comment puis-je parler avec mon voisin de la musique ?",
    "pt": "Como posso falar com o meu vizinho sobre o barulho?",
    "id": "Apa yang dapat saya katakan kepada tetangga saya?",
    "ru": "Как мне поговорить с соседом о музыке?",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_shows_its_language(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize("text", ["", "  ", "12345 !?", "xqz brt", "\U0001f170\ufe0f", "\ud800"])
def test_what_shows_no_language_has_none(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize("language", SENTENCES)
def test_a_question_is_no_refusal(language: str) -> None:
    assert not refuses(SENTENCES[language])


@pytest.mark.parametrize(
    "text", ["Sure!", "OK", "(A)", "好的。", "```python\nfor item in items:\n    print(item)\n```", "42"]
)
def test_a_few_words_and_code_do_not_tell_their_language(text: str) -> None:
    assert is_short(text)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_long_enough(language: str) -> None:
    assert not is_short(f"{SENTENCES[language]} " * 3)
