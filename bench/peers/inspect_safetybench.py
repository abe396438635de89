"""SafetyBench-size prompts as an Inspect task: its own multiple-choice solver, scorer and log.

Run by `bench/cases`, in Inspect's own environment:
    inspect eval bench/peers/inspect_safetybench.py --model openai-api/bench/bench -T prompts=FILE
"""

from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice


def to_sample(record: dict[str, Any]) -> Sample:
    return Sample(
        id=record["id"], input=record["question"], choices=record["options"], target=record["letter"]
    )


@task
def safetybench(prompts: str) -> Task:
    return Task(dataset=json_dataset(prompts, to_sample), solver=multiple_choice(), scorer=choice())
