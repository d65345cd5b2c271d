"""Serve the app: ``uv run main.py``."""

from __future__ import annotations

import argparse
import logging
import sys

from fastapi import FastAPI
from nicegui import ui
from pydantic import ValidationError

import pages
from auth import LiveSessions, Settings
from auth.access import PageRefused
from auth.credentials.passwords import Passwords
from auth.settings import wrong_setting
from auth.timing import DEFAULT_TIMING, Timing
from auth.web.json_lines import OneObject
from auth.web.listening import CannotListen, listen, url_of
from auth.web.log_lines import set_up_logging
from auth.web.serving import serve
from models import BadDatabaseUrl, BadEnvFile, CannotOpenStore


def main(timing: Timing = DEFAULT_TIMING, passwords: Passwords | None = None) -> None:
    """Read the settings, open the store, and serve until stopped.

    :param timing: how long everything waits; tests of faults wait less
    :param passwords: how passwords are hashed; tests that sign in thousands of times use a cheaper hash
    """
    set_up_logging()
    try:
        settings = read_settings()
        if settings.log_format == 'json':
            set_up_logging(OneObject(), level=logging.INFO)
        sessions = LiveSessions(settings, timing=timing, passwords=passwords)
        sessions.open_store()  # before anything else: what is wrong with it is told in one sentence
        app = build(sessions)
        listener = listen(settings.host, settings.port)
    except (ValidationError, BadDatabaseUrl, BadEnvFile, CannotOpenStore, CannotListen, PageRefused, OSError) as error:
        sys.exit(explain(error))
    behind = f', for {settings.public_url}' if settings.public_url else ''
    print(f'Live Sessions is ready on {url_of(listener, settings.host)}{behind}', flush=True)
    if settings.public_url:
        print(settings.why_no_publishable_key or f'Its publishable key is {settings.publishable_key}', flush=True)
    serve(app, settings, listener, timing)


def read_settings() -> Settings:
    """Read the settings from the environment; the command line takes precedence."""
    parser = argparse.ArgumentParser(description='Serve Live Sessions.')
    parser.add_argument('--host', help='the address to listen on (default: 127.0.0.1, this machine only)')
    parser.add_argument('--port', type=int, help='the port to listen on (default: 8080)')
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    return Settings(**given)


def build(sessions: LiveSessions) -> FastAPI:
    """Make the app, as any author would."""
    app, settings = FastAPI(openapi_url=None), sessions.settings
    sessions.install(app, pages=pages.ROUTES)
    ui.run_with(app, title=settings.site_name, favicon=settings.site_logo or pages.FAVICON, language='en-US',
                dark=None, tailwind=False, show_welcome_message=False, binding_refresh_interval=None)
    return app


def explain(error: Exception) -> str:
    """Say in one sentence why the server does not start."""
    if isinstance(error, ValidationError):
        return wrong_setting(error)
    return str(error)


if __name__ in {'__main__', '__mp_main__'}:
    main()
