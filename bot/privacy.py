"""Logs that carry no text: an allow-list of event names and safe fields, whoever writes.

Rasa, Starlette and every library log through the standard library; some interpolate what people
wrote into their messages or attach tracebacks with it. `quiet` replaces every formatter by one
that prints the level, the logger, the place in the code and the *class* of an exception, and
nothing else. Our own events go through `log` with fields of known kinds only.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
import warnings
from types import TracebackType
from typing import Any

import structlog

SAFE_FIELDS = frozenset({
    "channel", "language", "count", "seconds", "status", "port", "door", "model", "check", "error",
    "place", "reason", "version", "state", "waited_s", "kind", "path", "languages",
})  # fmt: skip
"""Names of fields that may be logged. None of them can hold what a person wrote or how to reach
them; values are cut to 60 characters and to plain letters all the same."""

_OURS = "linden"


def where(tb: TracebackType | None) -> str:
    """The last three places of a traceback, file and line only."""
    frames = traceback.extract_tb(tb)[-3:] if tb else []
    return " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))


def _safe(value: Any) -> Any:
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return "".join(c for c in str(value)[:60] if c.isalnum() or c in " ._-:/<>")


class Log:
    """``log.info("handoff.closed", waited_s=41)``: events, not content."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(_OURS)

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        kept = {key: _safe(value) for key, value in fields.items() if key in SAFE_FIELDS}
        self._logger.log(level, "%s", json.dumps({"event": event, **kept}))

    def info(self, event: str, **fields: Any) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, error: BaseException | None = None, **fields: Any) -> None:
        """An error by class and place; never its message, which may hold what a person wrote."""
        if error is not None:
            fields |= {"error": type(error).__name__, "place": where(error.__traceback__)}
        self._write(logging.ERROR, event, fields)


log = Log()


class PlaceOnly(logging.Formatter):
    """Formats any record without its message and arguments, but for our own events."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        if record.name == _OURS:
            return f"{stamp} {record.levelname.lower()} {record.getMessage()}"
        line = f"{stamp} {record.levelname.lower()} {record.name} {record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line += f" {record.exc_info[0].__name__} at {where(record.exc_info[2])}"
        return line


def _warn(message: Any, category: type[Warning], filename: str, lineno: int, *_: Any) -> None:
    """Libraries' warnings are for developers and may hold anything: category and place only, and
    below the levels an operator sees."""
    name = filename.rsplit("/", 1)[-1]
    logging.getLogger("warnings").debug("%s %s:%d", category.__name__, name, lineno)


def _uncaught(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("process.uncaught", error)


def _drop(logger: Any, name: str, event: Any) -> Any:
    raise structlog.DropEvent


def _silence_structlog() -> None:
    """Rasa's structured events carry texts, slots and local variables: none is let through. What
    an operator needs to know is logged by us."""
    structlog.configure(
        processors=[_drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def quiet(level: str = "info") -> None:
    """Make this process's logs carry no text. Call first, and again after a library set up its
    own logging. There is no level below info on purpose."""
    wanted = {"warning": logging.WARNING, "error": logging.ERROR}.get(level, logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlaceOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        # A library's own level, debug for instance, must not let more through than ours.
        if logger.level and logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(wanted)
    logging.getLogger("uvicorn.access").disabled = True
    logging.raiseExceptions = False
    _silence_structlog()
    warnings.showwarning = _warn  # type: ignore[assignment]
    sys.excepthook = _uncaught
