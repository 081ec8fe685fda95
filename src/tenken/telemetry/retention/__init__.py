"""How long events are kept: classes, legal holds, monthly archives, deletion by rule."""
