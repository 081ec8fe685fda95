"""Finding operations: by period, section, person, terminal and word; with a purpose that is recorded."""
