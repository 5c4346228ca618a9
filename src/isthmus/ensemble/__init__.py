"""Sampling, batches of scenarios over any lens, summaries, sensitivity."""
