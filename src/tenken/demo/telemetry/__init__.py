"""Terminals and operations of the demo city, and of a city of any size from a seed (`tenken telemetry load`)."""
