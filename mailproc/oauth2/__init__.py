"""Access to other people's mail servers that was granted, not given away: OAuth 2.0 (RFC 6749)."""
