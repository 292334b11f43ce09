"""No copy at a provider is forgotten, and nothing but its id is kept."""

import pytest

from channels.provider_records import ProviderRecords, Record


@pytest.fixture
def open_records(tmp_path):
    opened = []

    def make(clock=lambda: 1000.0):
        opened.append(ProviderRecords(tmp_path / "records.db", clock))
        return opened[-1]

    yield make
    for records in opened:
        records.close()


def test_a_restart_forgets_nothing(open_records):
    first = open_records()
    first.add("sms", "SM1")
    first.add("sms", "SM1")
    first.close()
    assert open_records().due() == [Record("sms", "SM1", 0)]


def test_two_failures_then_redacted(open_records):
    now = [1000.0]
    records = open_records(lambda: now[0])
    records.add("sms", "SM1")
    records.add("sms", "SM2")
    for wait in (5, 10):
        record = next(r for r in records.due() if r.message_id == "SM1")
        records.failed(record)
        now[0] += wait - 1
        assert [r.message_id for r in records.due()] == ["SM2"]
        now[0] += 1
    record = next(r for r in records.due() if r.message_id == "SM1")
    assert record.failures == 2
    records.done(record)
    assert [r.message_id for r in records.due()] == ["SM2"]
    now[0] += 1e9
    assert [r.message_id for r in records.due()] == ["SM2"]


def test_the_wait_has_an_end(open_records):
    now = [1000.0]
    records = open_records(lambda: now[0])
    records.add("sms", "SM1")
    for _ in range(60):
        (record,) = records.due()
        records.failed(record)
        now[0] += 3600
    assert records.due()
