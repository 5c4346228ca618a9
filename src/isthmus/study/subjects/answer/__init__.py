"""The page that a dossier opens on: what can be done, at what price, above which probability."""
