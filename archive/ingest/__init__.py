"""Documents in: how source text is recognised again."""
