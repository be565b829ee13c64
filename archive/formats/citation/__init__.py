"""Citations of articles and events: for reference managers (RIS, BibTeX, CSL-JSON) and written out in five styles.

`citables` turns records into plain values; `ris`, `bibtex`, `csljson` and `styles` write those.
"""
