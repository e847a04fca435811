from demo.business.phrases import phrase, phrases
from demo.population.atlas import Seed


def test_facts_stand_in_the_text() -> None:
    text = phrase("reply_reminder", "de", Seed("t").dice(), reference="R1", amount="5.00 EUR")

    assert "R1" in text
    assert "5.00 EUR" in text


def test_a_language_without_texts_falls_back_to_english() -> None:
    assert phrase("outage", "sv", Seed("t").dice()) in phrases()["outage"]["en"]


def test_every_text_needs_only_known_facts() -> None:
    facts = {"reference": "R1", "amount": "1 EUR", "name": "Groß"}

    assert all(
        text.format(**facts) for kinds in phrases().values() for texts in kinds.values() for text in texts
    )
