"""Parents, relations and families, from the features of pairs."""
