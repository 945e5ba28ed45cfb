"""Text: read, folded, cut into words and paragraphs, a batch at a time."""
