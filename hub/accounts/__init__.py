"""Who is asking: users, access tokens (hashed), and the audit trail."""
