"""The coercion lens: episodes, leverage, retaliation."""
