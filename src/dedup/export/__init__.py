"""A lineage in the formats of others: graphs, standards, tables."""
