"""Private instances of the services that the hub talks to, on free loopback ports: they may be stopped and killed."""
