"""Sigma rules: compiled, tried, evaluated on each batch, correlated over time."""
