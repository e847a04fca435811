from pathlib import Path

import pytest

from demo.errors import AnotherCompany
from demo.home import prepare_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "home"
    prepare_home(folder, parties=60)
    return folder


def test_a_new_company_has_systems_truth_and_sources(home: Path) -> None:
    assert {path.name for path in home.iterdir()} == {"systems", "truth.csv", "sources.yml"}


def test_a_second_time_the_company_is_left_as_it_is(home: Path) -> None:
    before = (home / "systems" / "crm.db").read_bytes()

    found = prepare_home(home)

    assert not found.is_new
    assert (home / "systems" / "crm.db").read_bytes() == before


@pytest.mark.parametrize(("scale", "seed"), [(2, None), (1, "other")], ids=["scale", "seed"])
def test_another_company_is_not_written_over_this_one(home: Path, scale: int, seed: str | None) -> None:
    with pytest.raises(AnotherCompany, match="give another folder"):
        prepare_home(home, scale=scale, seed=seed)


def test_systems_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text("sources: {}\n", encoding="utf-8")

    with pytest.raises(AnotherCompany, match=r"a sources\.yml that the demo did not write"):
        prepare_home(tmp_path)
