"""A city's own form (様式): mapped once, written and read with its layout kept."""
