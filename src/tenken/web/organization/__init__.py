"""組織 pages: units over time, people, the city's settings, the transfer list."""
