import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.models._waits import is_of_the_day, retry_after, wait_of


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    later = now + timedelta(seconds=90)
    date = format_datetime(now, usegmt=True)
    assert retry_after({"Retry-After": "7"}) == 7.0
    assert retry_after({"Retry-After": "1.5"}) == 1.5
    assert retry_after({"Retry-After": "30s"}) == 30.0
    assert retry_after({"Retry-After-Ms": "250"}) == 0.25
    assert retry_after({"Retry-After": format_datetime(later, usegmt=True), "Date": date}) == 90.0
    assert retry_after({"Retry-After": later.isoformat(), "Date": date}) == 90.0
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


@pytest.mark.parametrize("written", ["", "soon", "-5", "inf", "nan", "1e9", "99999999999999", "99"])
def test_an_odd_retry_after_is_a_number_or_nothing(written: str) -> None:
    waited = retry_after({"Retry-After": written})
    assert waited is None or 0 <= waited < 1e9


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("You exceeded your current quota.\nPlease retry in 26.66s.", 26.66),
        ("Rate limit reached on requests per min. Limit: 3 / min. Please try again in 20s.", 20.0),
        ("Used 499,800. Please try again in 7m12.5s. Need more?", 432.5),
        ("Please try again in 1h2m3s", 3723.0),
        ("try again in 250ms", 0.25),
        ("Please retry after 26 seconds.", 26.0),
        ("Please wait 2 minutes and 5 seconds before the next call", 125.0),
        ("Requests are available again in 1 hour", 3600.0),
        ('{"retryDelay": "26s"}', 26.0),
        ('{"retry_after": 12.5}', 12.5),
        ("请求过于频繁,请在30秒后重试", 30.0),
        ("请 2 分钟后再试", 120.0),
        ("Rate limit reached for requests. Limit: 10 / 30s", None),
        ("Too many requests: 600 per 10 m, slow down", None),
        ("", None),
    ],
)
def test_the_time_to_come_back_is_read_out_of_the_body(said: str, seconds: float | None) -> None:
    assert wait_of({}, said.encode()) == seconds


def test_a_header_goes_before_the_body() -> None:
    assert wait_of({"Retry-After": "3"}, b"retry in 26 s") == 3.0


def test_counters_beside_a_reply_tell_when_the_one_at_its_end_begins_anew() -> None:
    spent = {"X-RateLimit-Remaining-Requests": "9", "X-RateLimit-Remaining-Tokens": "0"}
    resets = {"X-RateLimit-Reset-Requests": "1s", "X-RateLimit-Reset-Tokens": "6m0s"}
    assert wait_of(spent | resets) == 360.0
    assert wait_of(resets) is None
    assert wait_of({"X-RateLimit-Reset": "17"}) == 17.0
    for moment in (datetime.now(UTC).timestamp() + 60, 1000 * (datetime.now(UTC).timestamp() + 60)):
        assert 50 < (wait_of({"X-RateLimit-Reset": f"{moment:.0f}"}) or 0) <= 61


def test_a_days_share_is_told_from_a_minutes() -> None:
    assert is_of_the_day(b"Rate limit exceeded: free-models-per-day")
    assert is_of_the_day(json.dumps({"quotaId": "GenerateRequestsPerDayPerProject"}).encode())
    assert not is_of_the_day(b"Rate limit reached on requests per minute")


@given(st.binary(max_size=4000))
def test_any_body_is_a_number_of_seconds_or_nothing(body: bytes) -> None:
    waited = wait_of({}, body)
    assert waited is None or waited >= 0
