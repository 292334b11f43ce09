"""The survivors' door (and, beside it, the desk's) on this machine."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import uvicorn

from bot.privacy import quiet
from channels.web.app import create_app
from cli.assemble import Parts


def server(app: Any, host: str, port: int) -> uvicorn.Server:
    """A uvicorn server that logs no request. ``ws``: Rasa pins websockets below what uvicorn
    needs, and nothing here uses them."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=2,
            lifespan="on",
        )  # fmt: skip
    )


async def serve(parts: Parts) -> None:
    """Run until interrupted."""
    settings = parts.settings
    app = create_app(settings, parts.inbox, parts.words, settings.web_widget_hosts)
    door = server(app, settings.host, settings.port)
    quiet(settings.log_level)
    sweeper = asyncio.create_task(_sweep(parts))
    try:
        await door.serve()
    finally:
        sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper


async def _sweep(parts: Parts) -> None:
    """Forget silent conversations although nobody writes."""
    while True:
        await asyncio.sleep(15)
        parts.inbox.expire()
