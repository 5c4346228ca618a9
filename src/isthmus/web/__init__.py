"""The local explorer: pages, JSON and CSV of the same results as the dossier.

Nothing is computed here: sentences, numbers and tables come from studies (`isthmus.study`), lenses
and data sets; a page puts them under an address. The server answers this machine alone.
"""
