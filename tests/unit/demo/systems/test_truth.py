from pathlib import Path

from demo.systems.truth import Truth, correspondent_id, read_truth


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    truth = Truth()
    truth.note("erp:customer:2", "organization-000007")
    truth.note("crm:contact:1", "person-000003")
    truth.write(tmp_path / "truth.csv")

    assert read_truth(tmp_path / "truth.csv").entities == truth.entities
    assert (tmp_path / "truth.csv").read_text(encoding="utf-8").splitlines() == [
        "record_id,entity_id,record_type",
        "crm:contact:1,person-000003,person",
        "erp:customer:2,organization-000007,organization",
    ]


def test_a_forgotten_record_is_gone_and_an_unknown_one_no_fault() -> None:
    truth = Truth()
    truth.note("crm:contact:1", "person-000003")

    truth.forget("crm:contact:1")
    truth.forget("crm:contact:1")

    assert truth.entities == {}


def test_a_correspondent_goes_by_no_address_however_it_is_written() -> None:
    found = correspondent_id("Ann@Acme.example")

    assert found == correspondent_id("ann@acme.example") != correspondent_id("anne@acme.example")
    assert "@" not in found
    assert "acme" not in found
