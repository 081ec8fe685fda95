"""情報セキュリティ点検: the programme of a fiscal year, its sheets, and the way from answer to accepted sheet."""
