"""端末と操作ログ: inventory, operation logs, rules and alerts, device control (document 004, chapters 8 and 9)."""
