import dagster as dg

from pipelines.assets.publish import VERSION
from pipelines.assets.vectors import FOLLOWED, POINT, VECTORS_JOB, vectors_sensor
from pipelines.vectors.index import KEYWORD_FIELDS, TENANT_FIELD, TIME_FIELD


def test_the_vectors_follow_the_version() -> None:
    assert {dep.asset_key for dep in FOLLOWED.deps} == {VERSION}


def test_the_columns_told_are_those_that_the_index_searches_by() -> None:
    told = {column.name for column in POINT.columns}

    assert {TENANT_FIELD, TIME_FIELD, *KEYWORD_FIELDS} <= told
    assert all(column.description for column in POINT.columns)


def test_the_sensor_is_on_from_the_start_since_it_only_catches_up() -> None:
    sensor = vectors_sensor(dg.define_asset_job(VECTORS_JOB, selection=[FOLLOWED.key]))

    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
