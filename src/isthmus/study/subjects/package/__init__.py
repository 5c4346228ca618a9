"""One package: the page on which it is decided."""
