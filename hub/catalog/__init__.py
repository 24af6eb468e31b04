"""What we hold and publish: repos, revisions, refs and files."""
