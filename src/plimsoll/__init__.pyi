from plimsoll import testing as testing
from plimsoll.evaluation import compare as compare
from plimsoll.evaluation import evaluate as evaluate
from plimsoll.evaluation import evaluate_async as evaluate_async
from plimsoll.evaluation import grid as grid
from plimsoll.evaluation import grid_async as grid_async
from plimsoll.evaluation import load as load

__version__: str
