from context_api.audit.entries import ENTRY_FIELDS
from context_api.audit.tables import entries, receipts
from context_api.audit.writing import ENTRY_COLUMNS, RECEIPT_COLUMNS


def test_every_column_is_written_and_every_field_has_one() -> None:
    assert set(ENTRY_COLUMNS) == {column.name for column in entries.columns}
    assert set(RECEIPT_COLUMNS) == {column.name for column in receipts.columns}
    assert set(ENTRY_FIELDS) <= set(ENTRY_COLUMNS)
