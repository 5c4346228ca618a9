"""Names of things: economies, coalitions, industries, products, concordances."""
