"""Chart specifications made from tables."""
