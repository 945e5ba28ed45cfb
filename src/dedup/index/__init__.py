"""A lineage kept in a file, to which articles are added as they arrive."""
