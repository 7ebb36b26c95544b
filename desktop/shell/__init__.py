"""The main window around the pages: navigation, header, status bar; knows the Feature protocol only."""
