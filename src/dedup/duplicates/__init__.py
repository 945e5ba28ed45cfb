"""Near-duplicates: shingles, signatures, bands, candidate pairs, verified pairs, clusters."""
