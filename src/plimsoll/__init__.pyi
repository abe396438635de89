from plimsoll import testing as testing
from plimsoll.evaluation.evaluate import compare as compare
from plimsoll.evaluation.evaluate import evaluate as evaluate
from plimsoll.evaluation.evaluate import evaluate_async as evaluate_async
from plimsoll.evaluation.evaluate import grid as grid
from plimsoll.evaluation.evaluate import grid_async as grid_async
from plimsoll.evaluation.evaluate import load as load

__version__: str
