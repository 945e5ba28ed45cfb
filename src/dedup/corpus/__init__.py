"""Piles larger than memory: read in batches, worked on in stages that are kept in files."""
