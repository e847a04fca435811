"""What writer and reader of a match snapshot agree on."""

FORMAT = 1
BATCH = 245_760  # records in one batch of rows; it bounds what the writer holds in memory

# Flags of a kept link: its band is `match`; a rule links it; a veto parts it; a steward decided so.
JOINS, STRICT, VETOED, DECIDED_MATCH, DECIDED_NO_MATCH = 1, 2, 4, 8, 16
