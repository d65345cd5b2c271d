"""The command line: ``uv run python -m auth --help``."""

from .cli import main

main()
