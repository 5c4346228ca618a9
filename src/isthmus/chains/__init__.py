"""The value-chain lens: look-through, value added in trade, extraction."""
