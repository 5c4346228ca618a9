"""From a dossier to HTML, JSON and Markdown."""
