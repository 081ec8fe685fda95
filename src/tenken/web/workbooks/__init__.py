"""Pages of the Excel forms: issued, brought back, and the city's own ones."""
