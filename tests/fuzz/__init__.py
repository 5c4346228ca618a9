"""Malformed input for every reader: an answer or a named error, in time, never a stack."""
