"""Arms: its page, its measures and its texts."""
