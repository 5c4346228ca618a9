"""Questions to lenses that several subjects ask, answered once per dossier."""
