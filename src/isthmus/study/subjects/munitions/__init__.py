"""Munitions and drones: what binds, who helps, what comes back."""
