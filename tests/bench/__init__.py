"""What `make bench` runs: the hub beside nginx, an empty view, the plain client and another mirror, as ratios."""
