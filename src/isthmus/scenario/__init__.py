"""Shocks and actions as validated data."""
