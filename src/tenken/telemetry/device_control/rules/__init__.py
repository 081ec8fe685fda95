"""What device control decides, without a database."""
