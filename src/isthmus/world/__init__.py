"""The labelled, immutable snapshot that the lenses read."""
