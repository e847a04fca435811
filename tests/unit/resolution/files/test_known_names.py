import pytest

from resolution.files.known_names import is_known_person_name


@pytest.mark.parametrize("name", ["Jorge Becker", "Müller, Hans", "Agnieszka Kowalska"])
def test_names_of_persons_are_known(name: str) -> None:
    assert is_known_person_name(name)


@pytest.mark.parametrize("name", ["sushisay", "Ferris Pharma GmbH", "Xqzt Wvvk"])
def test_other_names_are_not(name: str) -> None:
    assert not is_known_person_name(name)
