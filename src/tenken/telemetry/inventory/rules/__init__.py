"""Pure rules of the inventory: who a terminal is, how software is named, what is too old, how counts differ."""
