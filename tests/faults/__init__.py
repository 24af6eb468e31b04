"""What breaks, with the real component: workers as operators run them, a Postgres, a Redis and an S3 that may die."""
