"""One small file per publisher: raw file to canonical table with a licence record."""
