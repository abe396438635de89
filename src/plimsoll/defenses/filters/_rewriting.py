"""A text and a model -> the text in other words, or nothing where the model gives none."""

from plimsoll.core import Model, Request, user
from plimsoll.defenses._wording import spoken, words
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split


async def rewritten(name: str, model: Model, text: str, request: Request) -> str | None:
    """What the model makes of the text by the prompt `name`; nothing where it declines or says nothing."""
    prompt = words(name)[spoken((user(text),))].replace("{text}", text)
    response = await model.generate(Request(messages=(user(prompt),), draw=request.draw))
    said = split(response.text, response.thought).answer.strip()
    return said if said and response.finish != "blocked" and not refuses(said) else None
