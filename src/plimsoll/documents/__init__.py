"""Runs -> the documents that a release needs, each in the form of its standard."""
