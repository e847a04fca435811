"""What writer and reader agree on."""

from resolution.lookup import layout


def test_every_flag_has_a_bit_of_its_own() -> None:
    flags = [
        layout.JOINS,
        layout.STRICT,
        layout.VETOED,
        layout.DECIDED_MATCH,
        layout.DECIDED_NO_MATCH,
    ]

    assert sum(flags) == (1 << len(flags)) - 1
    assert max(flags) < 256  # kept in a byte
