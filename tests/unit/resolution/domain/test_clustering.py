from dataclasses import FrozenInstanceError

import pytest

from resolution.domain.clustering import Bridge


def test_a_bridge_is_a_value() -> None:
    bridge = Bridge(least_mean=0.5)

    assert bridge == Bridge(0.5, Bridge().unscored, Bridge().most)
    with pytest.raises(FrozenInstanceError):
        bridge.most = 1.0  # type: ignore[misc]  # a value may not change


def test_a_pair_that_was_never_scored_counts_against_joining() -> None:
    assert Bridge().unscored < Bridge().least_mean
