"""How the database is reached, and what it means where it isn't: bounded waits, and files that are never made by mistake."""
