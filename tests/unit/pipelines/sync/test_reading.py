from fake_source import FakeSource, people, person

from pipelines.connectors.port import BadRow, Deletes, Page
from pipelines.errors import AuthFault
from pipelines.sync.contract import SEQUENCE, agree
from pipelines.sync.reading import Reading, read_batches
from pipelines.sync.retrying import RetryBudget


def read(fake: FakeSource) -> tuple[Reading, list[int]]:
    reading = Reading(agree(fake.object_, {})[0], None)
    numbers: list[int] = []
    for batch in read_batches(fake, reading, budget=RetryBudget(), progress=lambda _name, _rows, _of: None):
        numbers += batch.column(SEQUENCE).to_pylist()
    return reading, numbers


def test_rows_are_numbered_in_the_order_of_arrival() -> None:
    reading, numbers = read(FakeSource(Page([person(1), person(None)]), Page([]), Page([person(2)])))

    assert numbers == [0, 2]
    assert (reading.pages, reading.rows, len(reading.bad)) == (3, 3, 1)


def test_what_a_connector_could_not_read_counts_as_read_and_bad() -> None:
    reading, _ = read(FakeSource(Page([], bad=[BadRow({"line": 3}, "no row")])))

    assert (reading.rows, [bad.reason for bad in reading.bad]) == (1, ["no row"])


def test_a_fault_is_kept_with_what_came_before_it() -> None:
    reading, numbers = read(FakeSource(Page([person(1)], cursor={"after": 1}), AuthFault("expired")))

    assert (numbers, reading.cursor, str(reading.error)) == ([0], {"after": 1}, "expired")
    assert reading.sample is None


def test_fewer_keys_than_rows_are_no_list_of_keys() -> None:
    object_ = people(Deletes.RECONCILE)
    rows = [{"id": n, "name": "Ann", "changed": None} for n in (1, 2)]
    whole, half = (FakeSource(object_=object_, state=rows) for _ in range(2))
    half.complete_keys = False

    assert read(whole)[0].keys is not None
    assert read(half)[0].keys is None
