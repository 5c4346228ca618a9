"""A firm's own suppliers: the page and its texts."""
