"""The table between economies that ships, as those name it who take no other."""

TABLE = "mrio_2022"
YEAR = 2022
