"""What can go wrong when a channel sends, and what to do then.

SendError
├── AddressGone       the person cannot be reached any more (closed page, opted out)
├── ProviderRefused   the provider will not take this message; trying again is no use
└── ProviderBusy      the provider did not answer or asked us to wait; try again
"""

from __future__ import annotations


class SendError(Exception):
    """Base. ``retryable``: may be tried again; ``loggable``: an operator should hear of it."""

    retryable = False
    loggable = True


class AddressGone(SendError):
    """Closed page, opted out, blocked: close the conversation quietly."""

    loggable = False


class ProviderRefused(SendError):
    """The provider said no, for good."""


class ProviderBusy(SendError):
    """Timeout, 429 or 5xx at the provider."""

    retryable = True
