"""課題・指摘と措置: one life for every finding, whatever it came from."""
