"""What is due for which month. Pure."""
