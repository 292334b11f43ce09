"""Talking in the terminal, by the same path as every channel."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.panel import Panel

from channels.contract import Inbound, Outbound
from channels.terminal.connector import TerminalChannel
from cli.assemble import Parts

ADDRESS = "terminal"


def read_lines() -> Iterator[str]:
    """Lines of standard input; bytes that are no UTF-8 are replaced, never an error."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


async def talk_on_pipe(parts: Parts, channel: str, as_json: bool) -> None:
    """One message a line in, everything said in answer out."""
    said: list[str] = []
    terminal = TerminalChannel(lambda out: said.extend(r.text for r in out.replies), channel)
    parts.inbox.register(terminal)
    for line in read_lines():
        said.clear()
        await parts.inbox.receive(Inbound(channel, ADDRESS, line))
        await parts.inbox.settle()
        if as_json:
            print(json.dumps({"in": line, "out": said}, ensure_ascii=False), flush=True)
        else:
            print(f"> {line}")
            print("\n\n".join(said) + "\n" if said else "", flush=True)


async def talk_on_terminal(parts: Parts, channel: str) -> None:
    """A conversation on the screen. Leaving clears the screen."""
    console = Console()

    def show(out: Outbound) -> None:
        for reply in out.replies:
            console.print(Panel(reply.text, border_style="green", width=min(72, console.width)))
            if reply.choices:
                console.print("  " + "  ·  ".join(reply.choices), style="dim")

    parts.inbox.register(TerminalChannel(show, channel))
    loop = asyncio.get_running_loop()
    while True:
        try:
            line = await loop.run_in_executor(None, console.input, "[bold]› [/bold]")
        except (EOFError, KeyboardInterrupt):
            parts.inbox.leave(channel, ADDRESS)
            break
        before = parts.inbox.open_conversations()
        await parts.inbox.receive(Inbound(channel, ADDRESS, line))
        await parts.inbox.settle()
        if before and not parts.inbox.open_conversations():
            console.clear()
            break
