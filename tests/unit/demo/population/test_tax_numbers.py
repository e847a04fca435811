import pytest

from demo.organizations import TAX_NUMBERS
from demo.population.atlas import Seed
from demo.population.tax_numbers import tax_number


@pytest.mark.parametrize("country", sorted(TAX_NUMBERS))
def test_tax_numbers_pass_their_countrys_check(country: str) -> None:
    rng = Seed("tests").dice(country)
    numbers = {tax_number(country, rng) for _ in range(100)}

    assert all(TAX_NUMBERS[country][1](number) for number in numbers)
    assert len(numbers) > 95
