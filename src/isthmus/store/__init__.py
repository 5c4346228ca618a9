"""Data sets and runs on disk."""
