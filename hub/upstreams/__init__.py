"""What is out there: one client protocol, one folder for each kind of upstream."""
