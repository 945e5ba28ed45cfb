"""A lineage to look at: pages and drawings."""
