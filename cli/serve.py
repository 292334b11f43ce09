"""The survivors' door (and, beside it, the desk's) on this machine."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import uvicorn

from bot.privacy import quiet
from channels.web.app import create_app
from cli.assemble import Parts
from cli.desk import open_desk


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
    desk = open_desk(settings, parts.handoff, parts.inbox, parts.words, parts.directory)
    desk_door = server(desk.app, settings.desk_host, settings.desk_port)
    quiet(settings.log_level)
    beside = [asyncio.create_task(_sweep(parts)), asyncio.create_task(desk.tick())]
    try:
        await together(door, desk_door)
    finally:
        for task in beside:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*beside)


async def together(*doors: uvicorn.Server) -> None:
    """Serve until one of the doors stops, then close all: a survivor who can ask for a human that
    nobody sees would be worse than no door."""
    tasks = [asyncio.create_task(door.serve()) for door in doors]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for door in doors:
        door.should_exit = True
    await asyncio.gather(*tasks)


async def _sweep(parts: Parts) -> None:
    """Forget silent conversations although nobody writes."""
    while True:
        await asyncio.sleep(15)
        parts.inbox.expire()
