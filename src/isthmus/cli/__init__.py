"""The command line: formatting only; each command has the name of its room."""

from isthmus.cli.root import main

__all__ = ["main"]
