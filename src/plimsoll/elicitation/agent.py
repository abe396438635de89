"""Sample x model -> transcript of an agent: the model calls tools of a world made for this one sample.

Steps: (1) make the world, (2) ask the model, with the world's tools, (3) run every call in the order given
and hand the results back, thoughts included, (4) until the model answers without a call or the rounds are
used up, (5) keep the state before and after. The world is closed whatever happens.
"""

from dataclasses import dataclass

from plimsoll.core import (
    Environment,
    EnvironmentOf,
    Message,
    Model,
    Need,
    Request,
    Response,
    Sample,
    Sampling,
    Transcript,
)


@dataclass(frozen=True)
class Agent:
    """A loop of calls and results, within a budget of rounds."""

    environment: EnvironmentOf
    rounds: int = 10
    max_tokens: int = 1024
    needs: frozenset[Need] = frozenset({"tools"})

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Let the model act until it answers."""
        world = self.environment(sample)
        try:
            return await self._acted(sample, model, world)
        finally:
            await world.close()

    async def _acted(self, sample: Sample, model: Model, world: Environment) -> Transcript:
        before = world.state()
        said: list[Message] = []
        responses: list[Response] = []
        while len(responses) < self.rounds:
            response = await model.generate(self._request((*sample.messages, *said), world))
            responses.append(response)
            said.append(response.message)
            if not response.calls:
                break
            said += [await world.call(call) for call in response.calls]
        ended = "rounds" if responses[-1].calls else "answer"
        state = {"before": before, "after": world.state(), "ended": ended}
        return Transcript(responses=tuple(responses), messages=tuple(said), state=state)

    def _request(self, messages: tuple[Message, ...], world: Environment) -> Request:
        sampling = Sampling(max_tokens=self.max_tokens)
        return Request(messages=messages, sampling=sampling, tools=tuple(world.tools))
