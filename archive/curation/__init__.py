"""The functions that write: every door (admin, commands, later the API) calls these."""
