"""What every answer of the web door tells the browser: keep nothing, load nothing foreign, send
nothing on."""

from __future__ import annotations

from collections.abc import Sequence

NOBODY = "'none'"


def policy(style: str, ancestors: Sequence[str] = ()) -> str:
    """The content security policy. ``style``: the source of the one style sheet, which is in the
    page itself; ``ancestors``: sites that may show the page in a frame."""
    rules = {
        "default-src": NOBODY,
        "script-src": "'self'",
        "style-src": style,
        "img-src": "data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": NOBODY,
        "frame-ancestors": " ".join(ancestors) or NOBODY,
        # The page never turns text into markup; this makes the browser hold it to that.
        "require-trusted-types-for": "'script'",
        "trusted-types": NOBODY,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def headers(style: str, ancestors: Sequence[str] = ()) -> dict[str, str]:
    """Headers of every answer."""
    found = {
        # no-store on scripts too: a cached file name on the device is a trace.
        "cache-control": "no-store",
        "content-security-policy": policy(style, ancestors),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), "
        "payment=(), usb=(), browsing-topics=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, noarchive, nosnippet",
        "x-dns-prefetch-control": "off",
    }
    if not ancestors:
        found["x-frame-options"] = "DENY"
    return found
