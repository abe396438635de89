"""`docs/generate.py`, which is no part of the package, as a module."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from tests.support.house import ROOT


def generator() -> ModuleType:
    """The script that makes pages from code."""
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
