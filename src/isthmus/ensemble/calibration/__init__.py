"""Parameters of the disruption engine held to past episodes."""
