"""Pages of those who steer: the CISO's one page, and a bureau's sections."""
