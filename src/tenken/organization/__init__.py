"""組織: the city, its units over time, posts, people, roles, and who may do what."""
