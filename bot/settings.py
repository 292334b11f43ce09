"""Every setting of a deployment, read once from the environment into a frozen dataclass.

Each field carries its help text; ``.env.example`` and the operator's reference are checked
against this file. A setting ``name`` is read from ``LINDEN_NAME``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: words, rules and data are read from here."""


class SettingInvalid(ValueError):
    """A setting has a value that cannot be used; the message names the setting and the remedy."""


def _setting(default: Any, help: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can choose. Durations are in seconds, sizes in characters or bytes."""

    name: str = _setting("", "Name the service shows of itself; empty: a neutral one per language.")
    languages: str = _setting(
        "en es zh-Hans vi ar ko tl ht pt-BR ru fr so",
        "Languages offered here (BCP 47 tags, spaces between); the first is the default.",
    )
    country: str = _setting("US", "Country whose emergency numbers are shown (ISO 3166-1 alpha-2).")
    data_folder: str = _setting(
        "var", "Folder for the directory and account databases; no conversation is ever in it."
    )
    models_folder: str = _setting("models", "Folder of trained models.")
    model: str = _setting("", "Model file to use; empty: the one trained on the present data.")
    directory_path: str = _setting(
        "", "File of the resource directory (SQLite); empty: directory.db in data_folder."
    )
    database_url: str = _setting(
        "", "PostgreSQL address for directory and accounts; empty: SQLite.", secret=True
    )
    redis_url: str = _setting(
        "", "Redis or Valkey address for many processes; empty: memory.", secret=True
    )
    host: str = _setting("127.0.0.1", "Address on which survivors' door listens.")
    port: int = _setting(8080, "Port of survivors' door.")
    desk_host: str = _setting("127.0.0.1", "Address on which the advocates' desk listens.")
    desk_port: int = _setting(8081, "Port of the advocates' desk.")
    public_url: str = _setting("", "Address under which the outside reaches us, https://...")
    neutral_site: str = _setting(
        "https://www.weather.gov/", "Page that the exit control of the web page leads to."
    )
    page_title: str = _setting("Notes", "Title of the web page in tab and history; keep it dull.")
    session_ttl_s: int = _setting(1800, "Seconds of silence after which a conversation is gone.")
    web_blank_s: int = _setting(600, "Seconds of idleness after which the web page blanks itself.")
    web_widget_hosts: str = _setting(
        "", "Sites that may show the web page in a frame (origins, spaces between); empty: none."
    )
    exit_reply: str = _setting(
        "web terminal", "Channels on which leaving is answered with one neutral line."
    )
    hash_key: str = _setting(
        "", "Key for person ids (32 bytes or more); empty: drawn at start.", secret=True
    )
    action_timeout_s: float = _setting(8.0, "Seconds that one action may take.")
    turn_timeout_s: float = _setting(20.0, "Seconds that one whole turn may take.")
    max_text: int = _setting(2000, "Characters of one message that are read; more is cut off.")
    max_waiting: int = _setting(8, "Messages one person may have waiting; more are dropped.")
    max_people: int = _setting(5000, "Conversations open at once.")
    messages_per_minute: int = _setting(40, "Messages a minute that one person may send.")
    encoder: str = _setting(
        "own", "Sentence encoder: own (tuned on our messages) or general (multilingual-e5-small)."
    )
    encoder_threads: int = _setting(0, "Threads of the encoder; 0: as many as cores, at most 2.")
    log_level: str = _setting("info", "info, warning or error. There is no level that logs text.")
    reporting: str = _setting(
        "", "File with what this deployment's advocates must report (docs/operators); empty: unset."
    )

    # advocates: alerts, waiting, relay, desk
    alert_next_s: float = _setting(60.0, "Seconds until the next group of advocates is alerted.")
    block_s: float = _setting(86400.0, "Seconds for which a blocked contact reaches no advocate.")
    desk_key: str = _setting(
        "", "Key that encrypts second factors and alert addresses in desk.db.", secret=True
    )
    desk_idle_s: float = _setting(3600.0, "Seconds without a press after which the desk signs out.")
    desk_session_s: float = _setting(36000.0, "Seconds after which the desk signs out in any case.")
    desk_url: str = _setting("", "Address under which advocates open the desk, https://...")
    handoff_choice_s: float = _setting(180.0, "Seconds in line after which a choice is offered.")
    handoff_paused: str = _setting("", "yes: no advocate is offered; lines to call are named.")
    handoff_wait_s: float = _setting(7200.0, "Seconds in line after which we apologise.")
    relay_away_s: float = _setting(120.0, "Seconds an advocate may be gone before we say so.")
    relay_quiet_s: float = _setting(900.0, "Quiet seconds after which the desk hides a thread.")
    smtp_from: str = _setting("", "Sender of alerts by e-mail; keep it dull.")
    smtp_host: str = _setting("", "Mail server for alerts by e-mail; empty: none.")
    smtp_password: str = _setting("", "Password at the mail server.", secret=True)
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_tls: str = _setting("starttls", "starttls, tls or none (only on the same machine).")
    smtp_user: str = _setting("", "User at the mail server; empty: no login.")
    webhook_key: str = _setting("", "Key that signs alerts by webhook.", secret=True)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``LINDEN_*`` variables. Raises `SettingInvalid` for a value of the wrong kind."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for item in dataclasses.fields(cls):
            raw = environ.get(f"LINDEN_{item.name.upper()}")
            if raw is None:
                continue
            kind: type = type(item.default)
            try:
                values[item.name] = kind(raw)
            except ValueError:
                raise SettingInvalid(
                    f"LINDEN_{item.name.upper()} must be a {kind.__name__}"
                ) from None
        return cls(**values)

    @property
    def served_languages(self) -> tuple[str, ...]:
        """Tags offered here, default first."""
        return tuple(self.languages.split())

    @property
    def default_language(self) -> str:
        return self.served_languages[0]

    def folder(self, value: str) -> Path:
        """A folder setting as a path; relative ones lie in the checkout."""
        path = Path(value)
        return path if path.is_absolute() else ROOT / path

    @property
    def directory_file(self) -> Path:
        if self.directory_path:
            return self.folder(self.directory_path)
        return self.folder(self.data_folder) / "directory.db"
