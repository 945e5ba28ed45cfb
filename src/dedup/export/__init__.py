"""Lineages in the formats of others: graphs, tables, standards of the web and of newsrooms."""
