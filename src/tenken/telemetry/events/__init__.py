"""The one wide table of events: its columns, how rows become Arrow tables, what is added to them on arrival."""
