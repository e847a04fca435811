import random

from resolution.domain.attributes import Attribute, ColumnMapping, PartyType
from resolution.files.inference import infer_mapping, infer_source, source_names
from resolution.files.tables import RawTable

PEOPLE = {
    "Kunden-Nr.": ["1", "2", "3", "4"],
    "Vorname": ["Hans", "Eva", "Ayşe", "Tom"],
    "Nachname": ["Müller", "Schmidt", "Öztürk", "Braun"],
    "Geburtsdatum": ["12.03.1970", "01.12.1981", "30.07.1990", "02.02.1965"],
    "E-Mail": ["a@x.de", "b@x.de", "c@x.de", "d@y.de"],
    "Telefon": ["030 1234567", "089 998877", "0221 445566", None],
    "Ort": ["Berlin", "München", "Köln", "Bonn"],
    "Betrag": ["1,50", "2,00", "3", "4"],
}


def meanings(connection, table: RawTable) -> dict[str, tuple[str, int, str | None]]:  # type: ignore[no-untyped-def]
    [source] = infer_mapping(connection, [table]).sources
    return {c.column.casefold(): (c.attribute, c.group, c.kind) for c in source.columns}


def test_a_table_is_understood_and_every_column_listed(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    [source] = infer_mapping(connection, [read_table(PEOPLE)]).sources

    assert [column.column for column in source.columns] == list(PEOPLE)
    assert [column.attribute for column in source.columns] == [
        "source_id",
        "given_name",
        "family_name",
        "birth_date",
        "email",
        "phone",
        "city",
        "ignore",
    ]
    assert (source.file, source.source, source.party_type) == ("people.parquet", "people", PartyType.PERSON)
    assert all(0 < column.confidence < 1 and column.reason for column in source.columns)


def test_order_and_case_of_columns_do_not_matter(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    expected = meanings(connection, read_table(PEOPLE))

    for seed in range(6):
        chance = random.Random(seed)
        names = chance.sample(list(PEOPLE), len(PEOPLE))
        cased = {chance.choice([name.upper(), name.lower(), name]): PEOPLE[name] for name in names}
        assert meanings(connection, read_table(cased)) == expected


def test_a_name_that_repeats_another_is_not_counted_twice(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    found = meanings(
        connection,
        read_table({"full_name": ["Ann May Lee", "Bob Ray"], "first_and_surname": ["Ann Lee", "Bob Ray"]}),
    )

    assert found["full_name"][0] == "full_name"
    assert found["first_and_surname"][0] == "ignore"


def test_only_the_best_column_says_what_a_row_can_have_once(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    found = meanings(
        connection, read_table({"updated_at": ["2024-01-01"], "last_seen": ["2024-01-02"], "name": ["Ann"]})
    )

    assert [found["updated_at"][0], found["last_seen"][0]].count("observed_at") == 1


def test_a_fax_counts_only_without_a_phone(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    numbers = ["415-555-1212", "415-555-1213"]

    assert meanings(connection, read_table({"fax": numbers, "phone": numbers}))["fax"][0] == "ignore"
    assert meanings(connection, read_table({"fax": numbers}))["fax"][0] == "phone"


def test_what_is_given_holds_and_the_rest_follows(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"x": ["Acme Inc", "Beta LLC"], "phone": ["415-555-1212", "415-555-1213"]})
    given = ColumnMapping("x", Attribute.ORGANIZATION_NAME, reason="given")

    source = infer_source(connection, table, source="s", given=[given])

    assert source.columns[0] == given
    assert source.party_type is PartyType.ORGANIZATION


def test_files_of_one_stem_have_sources_of_their_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    tables = [
        RawTable(f"raw_{n}", tmp_path / name, ()) for n, name in enumerate(["a.csv", "a.jsonl", "b.csv"])
    ]

    assert source_names(tables) == ["a.csv", "a.jsonl", "b"]
