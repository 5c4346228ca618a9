"""Packages: their page, their measures and their texts."""
