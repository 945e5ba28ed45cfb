"""What two texts share, shown; and which sources an article names."""
