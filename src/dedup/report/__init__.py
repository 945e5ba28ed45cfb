"""A lineage that people can see: one HTML file, and drawings in a notebook."""
