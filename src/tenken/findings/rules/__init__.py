"""What follows from findings by rule. Pure, one file a rule."""
