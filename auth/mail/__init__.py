"""What a mail looks like, and how it gets to its server: content, messages, SMTP, the outbox folder. Knows no store."""
