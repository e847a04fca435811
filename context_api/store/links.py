"""Links: scored pairs of party records, with the evidence for and against them."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes


class Link(SQLModel, table=True):
    """One row per scored pair and version range, as the model sees it; decisions stand beside it.

    `evidence_json` holds the level and weight of each comparison, and no value of any record.
    """

    __tablename__ = "links"
    __table_args__ = ranged_indexes("links", Index("ix_links_right", "tenant_id", "record_id_r"))
    tenant_id: str = Field(primary_key=True)
    record_id_l: str = Field(primary_key=True)
    record_id_r: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    party_type: str
    match_weight: float
    match_probability: float
    method: str
    rule: str | None = None
    veto: str | None = None
    band: str
    evidence_json: str
