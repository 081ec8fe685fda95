"""通知: mail that waits for the commit, is kept, and is tried again."""
