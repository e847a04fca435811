"""The groups of the catalogue in order of flow, and who answers for each.

Dagster takes `Group.X.value`: it cannot serialise an enumeration of ours.
"""

from enum import StrEnum


class Group(StrEnum):
    """A stage of the flow; every asset is in exactly one."""

    SYNC = "sync"
    STAGING = "staging"
    MODEL = "model"
    RESOLUTION = "resolution"
    PUBLISH = "publish"
    QUALITY = "quality"


OWNERS = {
    Group.SYNC: "team:data-platform",
    Group.STAGING: "team:data-modelling",
    Group.MODEL: "team:data-modelling",
    Group.RESOLUTION: "team:identity",
    Group.PUBLISH: "team:data-platform",
    Group.QUALITY: "team:data-stewardship",
}
