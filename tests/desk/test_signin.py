"""Signing in: everything that must be refused is refused."""

from __future__ import annotations

import asyncio
import re
import statistics
import time

import pytest

from desk.accounts import AccountInvalid, InviteSpent, NewAccount
from desk.signin import FREE_TRIES
from tests.desk.conftest import PASSWORD, Browser, Place


async def refused(browser: Browser) -> bool:
    return (await browser.http.get("/")).headers.get("location") == "/login"


async def test_a_wrong_password_and_a_wrong_code_look_the_same(place: Place) -> None:
    place.add("rosa")
    browser = Browser(place)
    pages = []
    for name, password, code in (
        ("rosa", "not the password", None),
        ("rosa", PASSWORD, "000000"),
        ("nobody", PASSWORD, "000000"),
    ):
        answer = await browser.signs_in(name, password, code)
        assert answer.status_code == 401 and await refused(browser)
        pages.append(re.sub(r'value="[0-9a-f]{64}"', "", browser.page))
    assert len(set(pages)) == 1


async def test_a_code_works_once(place: Place) -> None:
    place.add("rosa")
    code = place.code("rosa")
    first, thief = Browser(place), Browser(place, "10.0.0.9")
    await first.signs_in("rosa", code=code)
    assert not await refused(first)
    await thief.signs_in("rosa", code=code)
    assert await refused(thief)


async def test_the_code_used_to_enrol_does_not_sign_in(place: Place) -> None:
    secret = place.accounts.add(NewAccount("rosa"))
    place.secrets["rosa"] = place.accounts.pending_totp(secret)
    code = place.code("rosa")
    place.accounts.enrol(secret, PASSWORD, code)
    browser = Browser(place)
    await browser.signs_in("rosa", code=code)
    assert await refused(browser)


async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(
    place: Place, rosa: Browser
) -> None:
    stolen = rosa.cookie
    thief = Browser(place)
    thief.http.cookies.set("desk", stolen or "")
    assert not await refused(thief)
    await rosa.opens("/")
    await rosa.posts("/logout")
    assert await refused(thief)


async def test_signing_out_everywhere_and_reset_end_all_sessions(place: Place) -> None:
    place.add("rosa")
    one, two = Browser(place), Browser(place)
    await one.signs_in("rosa")
    place.clock.now += 60
    await two.signs_in("rosa")
    await one.opens("/settings")
    await one.posts("/logout", everywhere="yes")
    assert await refused(two)
    place.clock.now += 60
    await one.signs_in("rosa")
    assert not await refused(one)
    place.accounts.reset("rosa")
    assert await refused(one)


async def test_removing_an_account_ends_its_sessions(place: Place, rosa: Browser) -> None:
    place.accounts.remove("rosa")
    assert await refused(rosa)


async def test_idle_and_long_sessions_end(place: Place, rosa: Browser) -> None:
    place.clock.now += place.house.settings.desk_idle_s - 100
    assert not await refused(rosa)
    place.clock.now += place.house.settings.desk_idle_s + 1
    assert await refused(rosa)


async def test_a_session_set_before_signing_in_is_not_taken_over(place: Place) -> None:
    """Session fixation: the cookie always changes, and a planted one never becomes valid."""
    place.add("rosa")
    browser = Browser(place)
    browser.http.cookies.set("desk", "planted-by-somebody-else")
    await browser.signs_in("rosa")
    values = [c.value for c in browser.http.cookies.jar if c.name == "desk"]
    assert "planted-by-somebody-else" not in values[-1:]
    thief = Browser(place)
    thief.http.cookies.set("desk", "planted-by-somebody-else")
    assert await refused(thief)


@pytest.mark.parametrize(
    "path",
    ["/break", "/logout", "/claim/00000000", "/talk/00000000/say", "/talk/00000000/end",
     "/settings", "/team/service", "/language", "/stream"],
)  # fmt: skip
async def test_a_post_without_the_pages_token_is_refused(
    place: Place, rosa: Browser, path: str
) -> None:
    for csrf in ("", "x" * 43):
        answer = await rosa.http.post(path, data={"csrf": csrf})
        assert answer.status_code == 403


async def test_a_token_of_another_session_is_refused(place: Place, rosa: Browser) -> None:
    lee = await place.at_desk("lee")
    await lee.opens("/")
    answer = await rosa.http.post("/break", data={"csrf": lee.csrf})
    assert answer.status_code == 403
    await lee.http.aclose()


async def test_a_post_from_another_site_is_refused(rosa: Browser) -> None:
    await rosa.opens("/")
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await rosa.http.post("/break", data={"csrf": rosa.csrf}, headers=headers)
        assert answer.status_code == 403


async def test_the_sign_in_form_has_a_token_of_its_own(place: Place) -> None:
    place.add("rosa")
    browser = Browser(place)
    fields = {"name": "rosa", "password": PASSWORD, "code": place.code("rosa")}
    assert (await browser.http.post("/login", data=fields)).status_code == 403
    await browser.opens("/login")
    stranger = Browser(place)
    answer = await stranger.http.post("/login", data={"csrf": browser.csrf, **fields})
    assert answer.status_code == 403


async def test_nobody_raises_their_own_role(place: Place, rosa: Browser) -> None:
    await rosa.opens("/settings")
    await rosa.posts(
        "/settings", shown="Rosa", timezone="UTC", languages="en", chat_limit="2", hours="",
        exceptions="", alert_by="", role="supervisor", lane="caused_harm", account="sue",
    )  # fmt: skip
    me = place.accounts.advocate("rosa")
    assert (me.role, me.lane) == ("advocate", "survivor")
    assert (await rosa.opens("/team")).status_code == 403


async def test_after_some_wrong_tries_one_has_to_wait(place: Place) -> None:
    place.add("rosa")
    browser = Browser(place)
    for _ in range(FREE_TRIES):
        assert (await browser.signs_in("rosa", "wrong password")).status_code == 401
    assert (await browser.signs_in("rosa")).status_code == 429, "also with the right one"
    elsewhere = Browser(place, "10.0.0.2")
    assert (await elsewhere.signs_in("rosa")).status_code == 429, "the name waits, wherever from"
    place.clock.now += 31
    assert (await browser.signs_in("rosa")).status_code == 200


async def test_many_tries_at_once_are_no_more_than_one_by_one(place: Place) -> None:
    place.add("rosa")
    browsers = [Browser(place) for _ in range(12)]
    for browser in browsers:
        await browser.opens("/login")
    answers = await asyncio.gather(
        *(b.posts("/login", name="rosa", password="guess", code="123456") for b in browsers)
    )
    assert sum(a.status_code == 401 for a in answers) <= FREE_TRIES


async def test_a_name_that_does_not_exist_takes_as_long(place: Place) -> None:
    place.add("rosa")
    spans: dict[str, list[float]] = {"rosa": [], "nobody": []}
    for _ in range(8):
        for name, kept in spans.items():
            began = time.process_time()
            place.sign_in._right(name, "wrong password", "123456")
            kept.append(time.process_time() - began)
    known, unknown = (statistics.median(kept) for kept in spans.values())
    assert 0.5 < known / unknown < 2.0, (known, unknown)


async def test_the_link_sets_up_password_and_code_once(place: Place) -> None:
    secret = place.accounts.add(NewAccount("lee"))
    browser = Browser(place)
    await browser.opens(f"/enrol/{secret}")
    assert "<svg" in browser.page
    place.secrets["lee"] = place.accounts.pending_totp(secret)
    answer = await browser.posts(f"/enrol/{secret}", password="short", code=place.code("lee"))
    assert answer.status_code == 422
    answer = await browser.posts(f"/enrol/{secret}", password=PASSWORD, code="000000")
    assert answer.status_code == 422
    await browser.posts(f"/enrol/{secret}", password=PASSWORD, code=place.code("lee"))
    assert "Wait for a new code" in browser.page
    assert (await browser.opens(f"/enrol/{secret}")).status_code == 404
    with pytest.raises(InviteSpent):
        place.accounts.invited(secret)


async def test_a_link_runs_out(place: Place) -> None:
    secret = place.accounts.add(NewAccount("lee"))
    place.clock.now += 48 * 3600 + 1
    with pytest.raises(InviteSpent):
        place.accounts.pending_totp(secret)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"account": "Rosa Maria"}, "a name has"),
        ({"account": "ok", "role": "boss"}, "no such role"),
        ({"account": "ok", "lane": "both"}, "no such lane"),
        ({"account": "ok", "languages": ("xx",)}, "not a language"),
        ({"account": "ok", "hours": "sometimes"}, "not a day"),
        ({"account": "ok", "timezone": "Mars/Olympus"}, "time zone"),
        ({"account": "ok", "alert_by": ("pigeon:coop",)}, "not a way"),
        ({"account": "ok", "chat_limit": 99}, "chats at once"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(
    place: Place, wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(AccountInvalid, match=says):
        place.accounts.add(NewAccount(**wrong))  # type: ignore[arg-type]


async def test_cookies_are_locked_down_behind_tls(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    place = Place(tmp_path, desk_url="https://desk.example.org/")
    place.add("rosa")
    browser = Browser(place)
    answer = await browser.http.get("/login")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-desk_before=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "max-age" in answer.headers["strict-transport-security"]
    place.accounts.engine.dispose()


def test_secrets_and_addresses_are_not_readable_in_the_database(place: Place) -> None:
    place.add("rosa", alert_by=("sms:+15555550177", "email:rosa@example.org"))
    place.accounts.engine.dispose()
    folder = place.house.settings.folder(place.house.settings.data_folder)
    raw = b"".join(path.read_bytes() for path in folder.glob("desk.db*"))
    assert b"5555550177" not in raw and b"rosa@example" not in raw
    assert place.secrets["rosa"].encode() not in raw and PASSWORD.encode() not in raw
    assert (folder / "desk.key").stat().st_mode & 0o077 == 0
    assert (folder / "desk.db").stat().st_mode & 0o077 == 0
