"""Benchmarks, quality tables and the scripts that fit what is fitted."""
