"""Imported by the worker process before anything is refused it: AgentDojo's suites, without its pipelines.

The pipelines load the libraries of five providers, which no suite needs: stand-ins take their place.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

PACKAGE = "agentdojo.agent_pipeline"
PIPELINES = ("base_pipeline_element", "errors", "ground_truth_pipeline")


class StandIn(ModuleType):
    """A module whose every name is a class that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


def load() -> None:
    """Import the suites and the attacks."""
    for name in (PACKAGE, *(f"{PACKAGE}.{each}" for each in PIPELINES)):
        sys.modules.setdefault(name, StandIn(name))
    for name in ("agentdojo.task_suite.load_suites", "agentdojo.attacks"):
        import_module(name)
