"""A question as data, and its assessment into a dossier."""
