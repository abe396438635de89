"""What Inspect finds of us through its entry point: every benchmark as a task, every model as a provider.

inspect eval plimsoll/safetybench -T language=en --model plimsoll/llamacpp
"""

from typing import Any

from plimsoll.bridges._inspect_log import STOPS, LogMessage, as_written, message_of
from plimsoll.bridges._inspect_task import as_task
from plimsoll.core import Request, Response, Sampling, Tool, decoding
from plimsoll.models.inspect import library
from plimsoll.registry import Spec, build, build_model, names


def _offer(name: str) -> None:
    def entry(**arguments: Any) -> Any:
        given = {key: as_written(value) for key, value in arguments.items()}
        return as_task(build("benchmarks", Spec(name=name, arguments=given)))

    entry.__doc__ = f"The benchmark {name}."
    # Inspect puts the distribution's name before a task's, which is not the one that users import: a
    # function of no installed module keeps the name that it is given.
    entry.__module__ = "tasks of plimsoll"
    library().task(name=f"plimsoll/{name}")(entry)


class Provider(library("inspect_ai.model").ModelAPI):
    """Our models under Inspect: `--model plimsoll/<provider>/<model>`, options by `-M`."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)  # pyright: ignore[reportUnknownMemberType]
        self.inner = build_model(model_name, {key: as_written(value) for key, value in options.items()})

    async def generate(self, input: list[Any], tools: list[Any], tool_choice: Any, config: Any) -> Any:
        """Answer one of Inspect's requests."""
        messages = [decoding.converted(message.model_dump(), LogMessage) for message in input]
        request = Request(
            messages=tuple(message_of(message) for message in messages),
            sampling=Sampling(
                max_tokens=config.max_tokens,
                temperature=config.temperature,
                top_p=config.top_p,
                seed=config.seed,
                stop=tuple(config.stop_seqs or ()),
            ),
            tools=tuple(
                Tool(
                    name=t.name,
                    description=t.description,
                    parameters=t.parameters.model_dump(exclude_none=True),
                )
                for t in tools
            ),
        )
        return _output(self.model_name, await self.inner.generate(request))

    async def aclose(self) -> None:
        """Close our model."""
        await self.inner.close()


def _output(name: str, response: Response) -> Any:
    kinds, call = library("inspect_ai.model"), library("inspect_ai.tool").ToolCall
    message = kinds.ChatMessageAssistant(
        content=response.text,
        model=name,
        source="generate",
        tool_calls=[call(id=c.id, function=c.name, arguments=dict(c.arguments)) for c in response.calls]
        or None,
    )
    usage = response.usage
    return kinds.ModelOutput(
        model=name,
        choices=[kinds.ChatCompletionChoice(message=message, stop_reason=STOPS[response.finish])],
        usage=kinds.ModelUsage(
            input_tokens=usage.input_tokens - usage.cached_tokens,
            output_tokens=usage.output_tokens,
            total_tokens=usage.input_tokens + usage.output_tokens,
            input_tokens_cache_read=usage.cached_tokens or None,
        ),
    )


library("inspect_ai.model").modelapi(name="plimsoll")(Provider)
for _name in names("benchmarks"):
    _offer(_name)
