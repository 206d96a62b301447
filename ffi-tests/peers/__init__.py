"""What peers.py runs."""
