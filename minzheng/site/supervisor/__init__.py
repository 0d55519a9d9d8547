"""The supervisor: starts and watches database, web and jobs; when it stops, no child is left behind."""
