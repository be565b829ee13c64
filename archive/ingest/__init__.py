"""Documents in: bytes, read as the items that they hold (`readers`), fetched (`fetch`) and kept (`captures`).

Nothing here writes an article: that is `archive.curation.importing`. Everything that comes in is untrusted.
"""
