"""Folder of a module that stands in for vLLM: put on the path by tests of the provider."""
