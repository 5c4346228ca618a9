"""The dependence lens: shares, concentration, indicators, leverage, complementarity."""
