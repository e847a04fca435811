from context_api.store import sealing
from pipelines.publish_differences import SALT_BYTES


def test_salts_are_as_long_as_the_store_makes_them() -> None:
    assert SALT_BYTES == sealing.SALT_BYTES == len(sealing.new_salt())
