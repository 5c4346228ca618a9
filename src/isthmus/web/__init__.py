"""The local explorer."""
