"""Reading what a page sent: never more than a little, never trusting its shape."""

from __future__ import annotations

import json

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message as Event

LIMIT = 16 * 1024
"""Bytes of one request. The longest message that is read (2,000 characters) takes 8 kB at most."""

_FIELDS = 8


class BodyTooLarge(Exception):
    """More than `LIMIT` bytes."""


class BodyUnreadable(Exception):
    """Not the kind of body that this address takes, or broken."""


class KindUnknown(BodyUnreadable):
    """A content type that this address does not take."""


async def body(request: Request) -> bytes:
    """The body. Raises `BodyTooLarge` before more than `LIMIT` bytes are held."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LIMIT:
        raise BodyTooLarge
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > LIMIT:
            raise BodyTooLarge
        pieces.append(piece)
    return b"".join(pieces)


def kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def form(request: Request) -> dict[str, str]:
    """Fields of a form. Raises `BodyTooLarge`, `KindUnknown` or `BodyUnreadable`."""
    if kind(request) not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise KindUnknown
    whole = await body(request)

    async def again() -> Event:
        return {"type": "http.request", "body": whole, "more_body": False}

    scope = {key: value for key, value in request.scope.items() if key != "app"}
    try:
        found = await Request(scope, again).form(
            max_files=0, max_fields=_FIELDS, max_part_size=LIMIT
        )
    except (HTTPException, MultiPartException, ValueError, KeyError, AssertionError) as error:
        raise BodyUnreadable from error
    return {name: value for name, value in found.multi_items() if not isinstance(value, UploadFile)}


async def fields(request: Request) -> dict[str, str]:
    """Texts of a JSON object; numbers come as text. Raises as `form` does."""
    if kind(request) != "application/json":
        raise KindUnknown
    try:
        found = json.loads(await body(request))
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable from error
    if not isinstance(found, dict) or len(found) > _FIELDS:
        raise BodyUnreadable
    return {
        name: str(value)
        for name, value in found.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    }
