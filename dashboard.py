"""The frame of the dashboard: the one list of pages, the viewer's language and day."""

from pages.parts.entry import show

show()
