"""Packages of actions: evaluation, search, agreement."""
