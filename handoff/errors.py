"""What can go wrong between a person and an advocate.

HandoffError
├── NoSuchRequest        closed, withdrawn, left, or never there
├── AlreadyClaimed       another advocate was faster
├── NotYours             this conversation is somebody else's
├── WrongLane            survivors and people who caused harm have different advocates
├── ChatLimitReached     this advocate has as many conversations as they may
├── PersonCannotBeTold   not allowed, not there, or somebody may be looking
└── AdvocateUnavailable  a colleague who is not there, or does not answer this lane

AlertUndelivered         an alert did not go out; the next way or the next advocate is tried
"""

from __future__ import annotations


class HandoffError(Exception):
    """Base. ``retryable``: may be tried again; ``loggable``: an operator should hear of it."""

    retryable = False
    loggable = False


class NoSuchRequest(HandoffError):
    """Closed, withdrawn, left, or never there; the same for all of these."""


class AlreadyClaimed(HandoffError):
    """Another advocate was faster."""


class NotYours(HandoffError):
    """This conversation is somebody else's."""


class WrongLane(HandoffError):
    """Survivors and people who caused harm have different advocates."""


class ChatLimitReached(HandoffError):
    """This advocate has as many conversations as they may."""


class PersonCannotBeTold(HandoffError):
    """Not allowed, not there any more, or somebody may be looking."""


class AdvocateUnavailable(HandoffError):
    """A colleague who is not there, or does not answer this lane."""


class AlertUndelivered(HandoffError):
    """An alert did not go out; the next way or the next advocate is tried."""

    retryable = True
    loggable = True
