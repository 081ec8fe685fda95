"""Lists that rules and enrichment ask: folders, keywords, approved things, duty hours."""
