"""Every attack that we know of, played against a running server: ``uv run python -m tests.security.attacks URL``.

Each attack tells what it has won, or None. It makes accounts of its own on that server, and leaves them there: play
against a server of yours that holds nothing, such as one that was started for this.
"""
