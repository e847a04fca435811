from sqlalchemy import Engine, text

from context_api.store.bulk import insert_rows, run_many
from context_api.store.engine import reading, writing

COLUMNS = ("tenant_id", "record_id", "salt")
ROWS = [("default", f"crm:c:{number}", bytes([0, number, 10, 92])) for number in range(9)]


def test_rows_arrive_as_they_were_given_on_both_databases(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, "record_keys", columns=COLUMNS, rows=iter(ROWS))
        met = run_many(connection, "delete from record_keys where record_id = ?", [("crm:c:0",), ("no",)])

    assert met == 1
    with reading(engine) as connection:
        found = connection.execute(
            text("select tenant_id, record_id, salt from record_keys order by 2")
        ).all()
    assert [(row[0], row[1], bytes(row[2])) for row in found] == ROWS[1:]
