"""The Streamlit entry script: run the requested page inside the frame (navigation, language, day of the view)."""

from pages.parts.entry import show

show()
