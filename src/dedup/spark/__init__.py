"""The same stages on a cluster."""
