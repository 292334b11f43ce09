"""Logs carry no text, whoever writes them."""

from __future__ import annotations

import subprocess
import sys

CANARY = "kanarienvogel-57"

SCRIPT = f"""
import logging, warnings
from bot.privacy import quiet, log
logging.getLogger("rasa.noisy").setLevel(logging.DEBUG)
quiet()
logging.getLogger("rasa.noisy").debug("said {CANARY}")
logging.getLogger("rasa.noisy").error("said %s", "{CANARY}")
logging.getLogger("linden").info("plain")
log.info("inbox.left", channel="web", text="{CANARY}", reason="{CANARY}!"[:0])
try:
    raise ValueError("{CANARY}")
except ValueError as error:
    logging.getLogger("x").exception("oh {CANARY}")
    log.error("action.failed", error)
warnings.warn("{CANARY}")
raise RuntimeError("{CANARY}")
"""


def test_nothing_a_person_wrote_reaches_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert CANARY not in done.stdout + done.stderr
    assert '"error": "ValueError"' in done.stderr
    assert "process.uncaught" in done.stderr, done.stderr
