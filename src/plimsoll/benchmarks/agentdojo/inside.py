"""Inside the worker process: a task of AgentDojo as a world, with its tools and its own checks.

What suites and checks need of AgentDojo's pipelines is written out here; `loaded.py` says why.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from plimsoll.core import decoding, files
from plimsoll.environments.inside import ToolFailed

Attack = Literal["none", "direct", "ignore_previous", "injecagent", "important_instructions"]
CHECK = "check the task"
"""The call by which a judge asks for the suite's own checks; no tool has a blank in its name."""
PIPELINE = SimpleNamespace(name="local")
NO_MODEL = "the AI language model"
USER = "Emma Johnson"


def suite_of(version: str, name: str) -> Any:
    """A suite of that version of the benchmark."""
    return import_module("agentdojo.task_suite.load_suites").get_suites(version)[name]


class Catalogue:
    """What a suite asks, as a state to be read: users' tasks with the injections that they meet."""

    def __init__(self, *, version: str, suite: str) -> None:
        self.suite = suite_of(version, suite)

    def tools(self) -> list[Mapping[str, Any]]:
        """None."""
        return []

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Nothing can be called."""
        raise ToolFailed(f"No tool is called {name}.")

    def state(self) -> Mapping[str, Any]:
        """The system text, and by their ids the prompts of users' tasks and the goals of injections."""
        import yaml

        place = Path(str(import_module("agentdojo").__file__)).parent / "data" / "system_messages.yaml"
        return {
            "system": yaml.safe_load(files.read(place))["default"],
            "user_tasks": {name: task.PROMPT for name, task in self.suite.user_tasks.items()},
            "injection_tasks": {name: task.GOAL for name, task in self.suite.injection_tasks.items()},
        }


class Dojo:
    """The environment of one task, with another's goal hidden in what its tools return, or without."""

    def __init__(
        self, *, version: str, suite: str, user_task: str, injection_task: str = "", attack: Attack = "none"
    ) -> None:
        self.suite = suite_of(version, suite)
        self.user_task = self.suite.user_tasks[user_task]
        self.injection_task: Any = self.suite.injection_tasks[injection_task] if injection_task else None
        injections = self._injections(attack) if injection_task else {}
        loaded = self.suite.load_and_inject_default_environment(injections)
        self.environment = self.user_task.init_environment(loaded)
        self.before = self.environment.model_copy(deep=True)
        self.injected = sorted(injections)
        self.runtime = import_module("agentdojo.functions_runtime").FunctionsRuntime(self.suite.tools)
        self.trace: list[Any] = []

    def tools(self) -> list[Mapping[str, Any]]:
        """The suite's functions."""
        return [
            {"name": each.name, "description": each.description, "parameters": _schema(each.parameters)}
            for each in self.suite.tools
        ]

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Run a function as AgentDojo's executor does, or its checks where a judge asks."""
        if name == CHECK:
            return self._checked(str(arguments["output"]))
        given = {key: _listed(value) for key, value in arguments.items()}
        called = import_module("agentdojo.functions_runtime").FunctionCall
        self.trace.append(called(function=name, args=given))
        result, error = self.runtime.run_function(self.environment, name, given)
        if error:
            raise ToolFailed(str(error))
        return _text(result)

    def state(self) -> Mapping[str, Any]:
        """The environment."""
        return {"environment": self.environment.model_dump(mode="json"), "injected": self.injected}

    def _checked(self, output: str) -> dict[str, bool]:
        """What the suite's own checks say, with the agent's last words."""
        said = [{"type": "text", "content": output}]
        args = (said, self.before, self.environment, self.trace)
        found = {"utility": bool(self.suite._check_user_task_utility(self.user_task, *args))}
        if self.injection_task is not None:
            check = self.suite._check_injection_task_security
            found["security"] = bool(check(self.injection_task, *args))
        return found

    def _injections(self, attack: Attack) -> dict[str, str]:
        """The attack's text at every place that an agent sees who solves the task."""
        template = _template(self.suite, attack)
        goal, task = self.injection_task.GOAL, self.user_task.PROMPT
        text = template.format(goal=goal, user=USER, model=NO_MODEL, task=task)
        return dict.fromkeys(self._seen(), text)

    def _seen(self) -> Iterator[str]:
        defaults = self.suite.get_injection_vector_defaults()
        marks = {name: f"<CANARY---{name}--->" for name in defaults}
        environment = self.user_task.init_environment(self.suite.load_and_inject_default_environment(marks))
        runtime = import_module("agentdojo.functions_runtime").FunctionsRuntime(self.suite.tools)
        shown: list[str] = []
        for call in self.user_task.ground_truth(environment):
            result, _ = runtime.run_function(environment, call.function, call.args, raise_on_error=True)
            shown.append(_text(result))
        return (name for name, mark in marks.items() if any(mark in text for text in shown))


def _template(suite: Any, attack: Attack) -> str:
    """The text of a published attack, as its class in the package has it."""
    module = "important_instructions_attacks" if attack == "important_instructions" else "baseline_attacks"
    import_module(f"agentdojo.attacks.{module}")
    registered = import_module("agentdojo.attacks.attack_registry").ATTACKS
    return str(registered[attack](suite, PIPELINE).jailbreak)


def _schema(parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = parameters.model_json_schema()
    return {
        "type": "object",
        **{key: found[key] for key in ("properties", "required", "$defs") if key in found},
    }


def _listed(value: Any) -> Any:
    """A list that was written as text, as a list."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    try:
        found = decoding.literal(value)
    except ValueError:
        return value
    return found if isinstance(found, list) else value  # pyright: ignore[reportUnknownVariableType]


def _text(result: Any) -> str:
    """A result as AgentDojo writes it: YAML for its types, plain text for all others."""
    import yaml

    if hasattr(result, "model_dump"):
        return yaml.safe_dump(result.model_dump()).strip()
    if isinstance(result, list):
        items: list[Any] = result  # pyright: ignore[reportUnknownVariableType]
        rows = [each.model_dump() if hasattr(each, "model_dump") else str(each) for each in items]
        return yaml.safe_dump(rows).strip()
    return str(result)
