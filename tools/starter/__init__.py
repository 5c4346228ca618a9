"""Builds the data that the package ships from the public source files beside the checkout."""
