"""The inspection year as its people walk it in the browser, month by month."""
