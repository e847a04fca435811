from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.errors import AnotherCompany, NoCompany
from demo.home import pass_day, prepare_home
from pipelines.sync.demo_sources import demo_sources
from pipelines.sync.sources import SOURCES_FILE, read_sources

PARTIES = 110


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a small company, seed "s"."""
    home = tmp_path_factory.mktemp("home")
    assert prepare_home(home, seed="s", parties=PARTIES).is_new
    return home


def files(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("seed", [None, "s"])
def test_a_company_that_is_there_is_gone_on_with_as_it_is(small_home: Path, seed: str | None) -> None:
    before = files(small_home)

    found = prepare_home(small_home, seed=seed)

    assert not found.is_new
    assert files(small_home) == before
    assert {source.name for source in read_sources(small_home)} == {"crm", "erp", "itsm", "email"}


@pytest.mark.parametrize(("scale", "seed"), [(2, None), (None, "t")], ids=["scale", "seed"])
def test_another_company_is_refused_and_the_one_there_stays(
    small_home: Path, scale: int | None, seed: str | None
) -> None:
    before = files(small_home)

    with pytest.raises(AnotherCompany, match="scale 1 and seed s"):
        prepare_home(small_home, scale=scale, seed=seed)

    assert files(small_home) == before


def test_a_large_company_is_gone_on_with_unless_a_small_one_is_asked_for(tmp_path: Path) -> None:
    prepare_home(tmp_path, scale=2, parties=PARTIES)

    assert not prepare_home(tmp_path).is_new
    with pytest.raises(AnotherCompany, match="scale 2"):
        prepare_home(tmp_path, scale=1)


def test_systems_that_the_demo_did_not_write_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / SOURCES_FILE).write_text("sources: {}", encoding="utf-8")

    with pytest.raises(AnotherCompany, match="did not write"):
        prepare_home(tmp_path, parties=PARTIES)

    assert files(tmp_path) == {tmp_path / SOURCES_FILE: b"sources: {}"}


def test_what_was_cut_off_before_its_sources_were_declared_declares_them_now(tmp_path: Path) -> None:
    prepare_home(tmp_path, parties=PARTIES)
    (tmp_path / SOURCES_FILE).unlink()

    prepare_home(tmp_path, parties=PARTIES)

    assert (tmp_path / SOURCES_FILE).read_text(encoding="utf-8") == demo_sources()


def test_days_follow_one_another_and_tell_what_happened_in_each_system(tmp_path: Path) -> None:
    prepare_home(tmp_path, seed="s", parties=PARTIES)
    today = datetime.now(UTC).date()

    first, second = pass_day(tmp_path), pass_day(tmp_path)

    assert (first.day, second.day) == (today + timedelta(days=1), today + timedelta(days=2))
    assert all(set(day.told) == {"crm", "erp", "itsm", "email"} for day in (first, second))
    for part in ("now works for", "was deleted"):
        assert any(part in what for what in first.told["crm"])
    assert any("moved to" in what for what in first.told["erp"])
    assert any(what.startswith("ticket") for what in first.told["itsm"])
    assert prepare_home(tmp_path, seed="s").is_new is False


def test_no_day_passes_where_there_is_no_company(tmp_path: Path) -> None:
    with pytest.raises(NoCompany):
        pass_day(tmp_path)
