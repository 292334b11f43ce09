"""Bad input: a plain answer, no traceback, no text in a log, nothing that reaches the brain."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.web.body import LIMIT
from tests.channels.web.conftest import Door, is_start_page

CANARY = "kanarienvogel"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def part(name: str, value: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
        name.encode(),
        value,
    )


@pytest.mark.parametrize("path", ["/", "/say", "/listen", "/leave"])
async def test_a_large_body_is_refused_before_it_is_read(door: Door, path: str) -> None:
    kind = {"/": FORM, "/leave": "text/plain"}.get(path, "application/json")
    for content in (b"a" * (LIMIT + 1), (b"a" * 1024 for _ in range(100))):
        answer = await door.http.post(
            path,
            content=_aiter(content) if not isinstance(content, bytes) else content,
            headers={"content-type": kind},
        )
        assert answer.status_code == 413


async def _aiter(pieces: Any) -> Any:
    for piece in pieces:
        yield piece


async def test_the_longest_message_that_is_read_fits(door: Door) -> None:
    """2,000 characters of any script, in a form and in JSON."""
    text = "家" * door.settings.max_text
    answer = await door.posts(await door.opens(), text)
    assert f"heard: {text}" in answer.text


async def test_a_hundred_thousand_characters(door: Door) -> None:
    answer = await door.posts(await door.opens(), "a" * 100_000)
    assert answer.status_code == 413
    assert "longer than fits" in answer.text
    assert not door.brain.turns


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x00"], ids=["none", "space", "lines", "nul"])
async def test_an_empty_message_says_nothing(door: Door, text: str) -> None:
    assert (await door.posts(await door.opens(), text)).status_code == 200
    assert not door.brain.turns


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("text/plain", b"token=a", 415),
        ("", b"token=a", 415),
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"--b", 400),
        (MULTIPART, b"", 200),
        (MULTIPART, b"--b\r\nnonsense\r\n\r\n", 400),
        (MULTIPART, b"".join(part(f"f{n}", b"x") for n in range(99)) + b"--b--", 400),
        (
            MULTIPART,
            b'--b\r\nContent-Disposition: form-data; name="text"; filename="a"\r\n\r\nx\r\n--b--',
            400,
        ),
        (MULTIPART, part("text", b"\xff\xfe\xc3") + b"--b--", 200),
        (FORM, b"text=%ff%fe&token=%00", 200),
        (FORM, b"&&&=&;%%%", 200),
        (FORM + "; charset=nonsense", b"text=a", 200),
    ],
)
async def test_mangled_forms(door: Door, kind: str, content: bytes, status: int) -> None:
    answer = await door.http.post("/", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert "text/html" in answer.headers["content-type"]
    assert not door.brain.turns


@pytest.mark.parametrize("path", ["/say", "/listen"])
@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("text/plain", b"{}", 415),
        ("application/json", b"", 400),
        ("application/json", b"\xff\xfe", 400),
        ("application/json", b"[1]", 400),
        ("application/json", b"null", 400),
        ("application/json", b"[" * 9000, 400),
        ("application/json", b'{"text":{"a":1},"token":["x"]}', 200),
        ("application/json", b'{"text":"\\ud800","token":"\\udfff","seen":"-1"}', 200),
        ("application/json", b'{"start":"\\ud800.\\ud800.\\ud800","text":"a"}', 200),
        ("application/json", b'{"token":true,"seen":1e999,"number":NaN}', 200),
    ],
)
async def test_mangled_json(door: Door, path: str, kind: str, content: bytes, status: int) -> None:
    answer = await door.http.post(path, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert not door.brain.turns


@pytest.mark.parametrize(
    "text",
    ["😀" * 500, "/restart", '/need_money{"place":"x"}', "\u202eolleh", "a\ud800b", "¡Ayuda!"],
    ids=["emoji", "restart", "intent", "right-to-left", "surrogate", "spanish"],
)
async def test_odd_texts_are_texts(door: Door, text: str) -> None:
    answer = await door.http.post(
        "/say",
        content=json.dumps({"start": await door.opens(), "key": "k", "text": text}),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 200
    assert len(answer.json()["messages"]) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("path", ["/", "/say", "/listen", "/leave", "/static/page.mjs", "/es"])
async def test_other_methods(door: Door, method: str, path: str) -> None:
    answer = await door.http.request(method, path)
    assert answer.status_code == 405
    assert "There is nothing here." in answer.text


async def test_head(door: Door) -> None:
    answer = await door.http.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/",
        "/static/page.mjs/",
        "/static/page.css",
        "/static//page.mjs",
        "/static/page.mjs%00",
        "/es/",
        "/EN",
        "/xx",
        "/%ff",
        "/widget",
        "/.env",
        "/" + "a" * 5000,
        "/conversations/web/tracker",
    ],
)
async def test_path_tricks(door: Door, path: str) -> None:
    answer = await door.http.get(path)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "There is nothing here." in answer.text


@pytest.mark.parametrize(
    ("site", "status"),
    [
        ("cross-site", 403),
        ("same-site", 403),
        ("nonsense", 403),
        ("same-origin", 200),
        ("none", 200),
    ],
)
async def test_only_our_own_pages_may_post(door: Door, site: str, status: int) -> None:
    headers = {"sec-fetch-site": site, "content-type": FORM}
    page = await door.opens()
    answer = await door.http.post("/", content=f"token={page}&text=hi", headers=headers)
    assert answer.status_code == status
    assert len(door.brain.turns) == (1 if status == 200 else 0)


async def test_a_failure_of_ours_is_a_plain_page(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(door.inbox, "receive", breaks)
    answer = await door.posts(await door.opens(), CANARY)
    assert answer.status_code == 500
    assert CANARY not in answer.text
    assert "RuntimeError" not in answer.text
    assert CANARY not in caplog.text


async def test_no_text_no_token_no_path_in_logs(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await door.opens()
    await door.posts(page, CANARY)
    await door.posts(page, CANARY)
    await door.http.post("/", content=CANARY * 9999, headers={"content-type": FORM})
    await door.http.post("/say", content=CANARY)
    await door.http.get("/" + CANARY)
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    assert "web.refused" in ours
    assert CANARY not in ours
    assert page not in ours


async def test_every_answer_carries_the_headers(door: Door) -> None:
    page = await door.opens()
    answers = [
        await door.http.get("/"),
        await door.http.get("/nothing"),
        await door.http.get("/static/page.mjs"),
        await door.http.put("/"),
        await door.posts(page, "hi"),
        await door.posts(page, "hi"),
        await door.http.post("/say", content=b"x"),
        await door.http.post("/leave", content=b"x"),
        await door.http.post("/listen", json={"token": "x"}),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers


async def test_a_host_header_is_never_repeated(door: Door) -> None:
    answer = await door.http.get("/es/", headers={"host": "evil.example"})
    assert "evil.example" not in answer.text + str(answer.headers)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(["/", "/say", "/listen", "/leave"]),
    method=st.sampled_from(["POST", "GET", "PUT"]),
    kind=st.sampled_from([FORM, MULTIPART, "application/json", "text/plain", "é", ""]),
    content=st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda d: json.dumps(d).encode(),
            st.dictionaries(
                st.sampled_from(["token", "start", "key", "text", "seen", "number", "picked"]),
                st.one_of(st.text(max_size=20), st.integers(), st.none(), st.booleans()),
            ),
        ),
    ),
)
async def test_nothing_that_is_sent_breaks_the_door(
    path: str, method: str, kind: str, content: bytes
) -> None:
    door = Door()
    answer = await door.http.request(
        method, path, content=content, headers={"content-type": kind.encode("latin-1")}
    )
    assert answer.status_code < 500
    door.connector.close()


async def test_a_stranger_sees_a_start_page(door: Door) -> None:
    assert is_start_page(await door.http.get("/"))
