"""Tasks, files and samples of SciKnowEval."""
