"""Both doors in a process of their own, for tests that kill it or read its memory. The person's
door takes a text as the body of a post and answers with what arrived on the phone."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
import time
from pathlib import Path

import pyotp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.privacy import quiet
from cli.desk import open_desk
from desk.accounts import AccountInvalid, NewAccount
from tests.handoff.house import ANA, House

PASSWORD = "four everyday words here"


async def main(folder: str) -> None:
    quiet()
    house = House(data_folder=folder)
    desk = open_desk(house.settings, house.board, house.inbox, house.words, house.directory)
    kept = Path(folder) / "totp.txt"
    try:
        secret = desk.accounts.add(NewAccount("rosa", hours="daily 00:00-24:00"))
        totp = desk.accounts.pending_totp(secret)
        desk.accounts.enrol(secret, PASSWORD, pyotp.TOTP(totp).at(time.time() - 30))
        kept.write_text(totp)
    except AccountInvalid:
        totp = kept.read_text()

    async def text(request: Request) -> Response:
        said = await house.says(ANA, (await request.body()).decode())
        house.got(ANA)
        return JSONResponse(said)

    async def collect(request: Request) -> Response:
        gc.collect()
        return Response()

    person = Starlette(
        routes=[Route("/", text, methods=["POST"]), Route("/collect", collect, methods=["GET"])]
    )
    servers, told = [], {"password": PASSWORD, "totp": totp}
    for name, app in (("person", person), ("desk", desk.app)):
        made = socket.socket()
        made.bind(("127.0.0.1", 0))
        told[name] = f"http://127.0.0.1:{made.getsockname()[1]}"
        config = uvicorn.Config(app, ws="none", log_config=None, access_log=False, lifespan="off")
        servers.append(asyncio.create_task(uvicorn.Server(config).serve(sockets=[made])))
    await asyncio.sleep(0.3)
    print(json.dumps(told), flush=True)
    await asyncio.gather(*servers)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
