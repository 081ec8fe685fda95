"""Long work and its progress, as the user sees it."""
