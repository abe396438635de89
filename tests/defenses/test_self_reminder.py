import asyncio

from plimsoll import registry
from plimsoll.core import Request, Response, system, user
from tests.support.toy import Adder


def test_every_user_message_is_wrapped_and_no_other() -> None:
    seen: list[Request] = []

    class Listening(Adder):
        async def generate(self, request: Request) -> Response:
            seen.append(request)
            return Response()

    defended = registry.build("defenses", "self_reminder:before=<,after=>", inner=Listening())
    asyncio.run(defended.generate(Request(messages=(system("s"), user("hello")))))
    assert [message.text for message in seen[0].messages] == ["s", "<hello>"]
    assert defended.name == "toy/adder"
