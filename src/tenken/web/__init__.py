"""Pages and forms: thin views over one domain call each."""
