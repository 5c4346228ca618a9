"""The equilibrium lens: general equilibrium in changes."""
