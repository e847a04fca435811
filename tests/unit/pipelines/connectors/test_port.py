from fake_source import FakeSource

from pipelines.connectors.port import Deletes, SourceObject


def test_a_connector_writes_nothing_unless_it_says_so() -> None:
    assert FakeSource().actions() == ()


def test_deletes_are_not_observable_unless_declared() -> None:
    assert SourceObject("people", (), ("id",)).deletes is Deletes.NONE
