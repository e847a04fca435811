import pytest

from resolution.standardise.one_line_addresses import ParsedAddress, parse_address


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "123 Main Street, Las Vegas NV 89132",
            ParsedAddress("123 main street", "89132", "las vegas", "nv"),
            id="us-with-commas",
        ),
        pytest.param(
            "3212 W. 32nd St Palm Harbor, FL 60527",
            ParsedAddress("3212 w. 32nd st", "60527", "palm harbor", "fl"),
            id="us-city-behind-the-street",
        ),
        pytest.param(
            "1 Main St, Springfield, Illinois 62701-1234, USA",
            ParsedAddress("1 main st", "62701", "springfield", "il", "us"),
            id="us-zip-4-and-country",
        ),
        pytest.param(
            "18 Danver Place, Loughborough, Leicestershire, LE11 1UU, United Kingdom",
            ParsedAddress("18 danver place", "le111uu", "loughborough", None, "gb"),
            id="uk-with-county",
        ),
        pytest.param(
            "Töpferring 110b, 04242 Leipzig, DE",
            ParsedAddress("topferring 110b", "04242", "leipzig", None, "de"),
            id="a-country-code-behind-code-and-city",
        ),
        pytest.param(
            "Hamngränd 18, 216 62 Malmö, SE",
            ParsedAddress("hamngrand 18", "21662", "malmo", None, "se"),
            id="a-country-code-that-is-no-state",
        ),
        pytest.param(
            "Suite 5, 1200 Main Street, DE",
            ParsedAddress("1200 main street suite 5", None, None, "de"),
            id="a-state-behind-a-street",
        ),
        pytest.param(
            "Hauptstr. 12, 10115 Berlin, Deutschland",
            ParsedAddress("hauptstr. 12", "10115", "berlin", None, "de"),
            id="german",
        ),
        pytest.param(
            "Fieldstrasse 10, FL-2198 Triesen, Lichtenstein",
            ParsedAddress("fieldstrasse 10", "2198", "triesen", None, "li"),
            id="prefixed-code-and-misspelt-country",
        ),
        pytest.param(
            "133 New Bridge Road, Chinatown Point, Singapore 059413",
            ParsedAddress("133 new bridge road", "059413", "singapore", None, "sg"),
            id="city-state",
        ),
        pytest.param(
            "Keizersgracht 1, 1015 CN Amsterdam, Nederland",
            ParsedAddress("keizersgracht 1", "1015cn", "amsterdam", None, "nl"),
            id="dutch",
        ),
        pytest.param(
            "Hughes Plaza, 100 Howard Hughes Way, Las Vegas, NV 89111",
            ParsedAddress("100 howard hughes way", "89111", "las vegas", "nv"),
            id="building-in-front",
        ),
        pytest.param("", ParsedAddress(None), id="nothing"),
    ],
)
def test_the_parts_of_an_address(text: str, parts: ParsedAddress) -> None:
    assert parse_address(text) == parts
