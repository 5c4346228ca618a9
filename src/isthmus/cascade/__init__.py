"""The cascade lens: systemic importance in networks."""
