import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.ids import SEED_ID_SQL, SEED_LENGTH, record_id, seed_id


def test_a_record_id_names_source_object_and_key() -> None:
    assert record_id("crm", "C-1") == "crm:party:C-1"
    assert record_id("crm", "C-1", record_object="lead") == "crm:lead:C-1"


@settings(derandomize=True, max_examples=50, deadline=None)
@given(record=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_the_seed_id_is_the_same_in_sql(record: str) -> None:
    found = duckdb.execute(f"SELECT {SEED_ID_SQL} FROM (SELECT $record AS record_id)", {"record": record})

    assert found.fetchone() == (seed_id(record),)


def test_a_seed_id_is_opaque_and_of_fixed_length() -> None:
    assert len(seed_id("crm:party:C-1")) == len("g-") + SEED_LENGTH
    assert seed_id("crm:party:C-1") != seed_id("crm:party:C-2")
