"""The physical island: fuel, power, ways by sea and air."""
