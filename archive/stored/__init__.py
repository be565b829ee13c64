"""Where files stand that all machines need (setting FILES_URL): a folder (`folder`), or rows of the database (`rows`).

Both are storages of Django's (STORAGES: "captures", "dumps"), with the same tests.
"""
