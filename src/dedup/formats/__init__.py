"""Files of articles and of results."""
