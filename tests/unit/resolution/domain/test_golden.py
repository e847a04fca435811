from resolution.domain.golden import confidence


def test_more_agreeing_records_give_more_confidence_and_dissent_takes_it_away() -> None:
    assert confidence(1, 1) == 0.75
    assert confidence(2, 2) > confidence(1, 1) > confidence(2, 3) > confidence(1, 2) == 0.5
    assert confidence(1, 2) > confidence(1, 3) > 0
