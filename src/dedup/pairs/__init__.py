"""Pairs of articles that may be kin: found by what few articles have, compared by features."""
