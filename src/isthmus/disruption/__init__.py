"""The disruption lens: losses day by day."""
