"""Reading the desk's forms: never more than a little, no file, no surprise."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from desk.door import MOST_BYTES

_FIELDS = 40


class FormUnreadable(Exception):
    """Too large, of another kind, or broken."""


async def form(request: Request) -> dict[str, str]:
    """Fields of an URL-encoded form; of a repeated field the values, a space between. Raises
    `FormUnreadable`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FormUnreadable
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise FormUnreadable
        pieces.append(piece)
    try:
        pairs = parse_qsl(
            b"".join(pieces).decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=_FIELDS,
            errors="replace",
        )
    except ValueError as error:
        raise FormUnreadable from error
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]} {value}" if name in found else value
    return found
