"""Runs of the starter sets by models whose faults are known, made once."""

from pathlib import Path

import pytest

import plimsoll

SETS = ("simplesafetytests:split=starter", "xstest:split=starter", "safetybench:split=starter,language=both")


def fill(folder: Path, model: str) -> Path:
    for benchmark in SETS:
        plimsoll.evaluate(benchmark, model, cache=False, log_dir=folder, progress=False, limit=20)
    plimsoll.evaluate(
        SETS[0], model, attack="encoding/rot13", cache=False, log_dir=folder, progress=False, limit=20
    )
    plimsoll.evaluate(
        SETS[0], model, defense="self_reminder", cache=False, log_dir=folder, progress=False, limit=20
    )
    return folder


@pytest.fixture(scope="session")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log folder of a model that declines everything: plain, under an attack, behind a defense."""
    return fill(tmp_path_factory.mktemp("refusing"), "scripted/refuse")


@pytest.fixture(scope="session")
def complying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a model that declines nothing."""
    return fill(tmp_path_factory.mktemp("complying"), "scripted/echo")
