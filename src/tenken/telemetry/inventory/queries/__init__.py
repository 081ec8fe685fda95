"""Reading terminals, software and counts: scoped, bounded in queries."""
