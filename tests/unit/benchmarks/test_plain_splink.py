import json
from pathlib import Path

import duckdb
import pytest

from benchmarks import plain_splink
from resolution.run import resolve

HEADER = "source,source_id,first_name,last_name,birth_date,email,phone,postcode,city,company\n"
GIVEN = ("Anna", "Otto", "Ida", "Emil", "Clara", "Hugo", "Lena", "Paul", "Greta", "Max")
FAMILY = ("Berg", "Klein", "Vogel", "Kurz", "Sommer", "Winter", "Brandt", "Lorenz")


def row(source: str, number: int) -> str:
    given, family = GIVEN[number % 10], FAMILY[number * 3 % 8]
    mail = f"{given}.{family}{number}@acme{number % 9}.de".lower()
    birth = f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}"
    return (
        f"{source},{number},{given},{family},{birth},{mail},"
        f"030 44{10000 + 37 * number},{10000 + number % 50},Berlin,\n"
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    rows = [row(source, number) for source in ("crm", "erp") for number in range(150)]
    (folder / "people.csv").write_text(HEADER + "".join(rows), "utf-8")
    return resolve([folder / "people.csv"], out=folder / "run").folder


def test_the_plain_script_links_the_records_of_a_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain_splink.main([str(run / "state.duckdb")])

    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(said["seconds"]) == {"load", "train", "score", "cluster"}
    assert said["counts"]["person"]["records"] == 300
    assert said["counts"]["person"]["pairs kept"] >= 150


def test_columns_that_hold_nothing_are_not_compared() -> None:
    person, _ = plain_splink.plain_models()

    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} varchar" for name, _ in person.comparisons)
        connection.execute(f"create table person ({columns})")
        connection.execute("insert into person (email) values ('a@b.de'), ('c@d.de')")

        assert plain_splink.filled_columns(connection, person) == ["email"]
