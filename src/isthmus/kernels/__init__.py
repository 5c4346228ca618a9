"""Pure functions on arrays: no labels, no input or output, no logging, no state."""
