"""What whole_surface.py runs."""
