"""Forms that come back: received, read, compared with what stands, taken over or refused."""
