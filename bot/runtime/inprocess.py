"""Runs the actions in this process.

Rasa's HTTP action server receives the whole conversation and echoes it into the error log when an
action raises. Rasa takes anything with ``request`` for an action endpoint, so this stands there.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

from bot.privacy import log


def _plausible(self: RemoteAction, result: Any) -> bool:
    return isinstance(result, dict) and {"events", "responses"} <= result.keys()


def trust_own_actions() -> None:
    """Rasa checks every action's answer against a JSON schema, and that schema against its own:
    20 ms a turn, half of a turn here. Ours never leaves the process, so its shape is enough."""
    RemoteAction._validate_action_result = _plausible


class InProcessActions:
    """The action endpoint of the Agent. ``timeout_s``: seconds that one action may take."""

    url = "in-process"

    def __init__(self, package: str = "actions", timeout_s: float = 8.0) -> None:
        self.kwargs = {"enable_selective_domain": True}  # the whole domain is never serialised
        self._timeout_s = timeout_s
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    @property
    def names(self) -> set[str]:
        """Actions that were found."""
        return set(self._executor.actions)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        json: Any = None,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """One action's events and responses. An action that raises or hangs is answered by the
        response utter_trouble; its error is logged by class and place."""
        try:
            return await asyncio.wait_for(self._executor.run(json), self._timeout_s)
        except SdkRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name) from None
        except Exception as error:
            log.error("action.failed", error, kind=json.get("next_action", ""))
            return {"events": [], "responses": [{"response": "utter_trouble"}]}
