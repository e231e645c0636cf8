"""Pictures of every page as the product serves it (``make shots``), and those of the guides (``make pictures``)."""
