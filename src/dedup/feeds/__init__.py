"""Feeds: fetched, read, added to an index, told on."""
