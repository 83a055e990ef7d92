"""What a drill leaves: lines on a console, files beside its journal, words for other tools."""
