"""Takes mails from the queue to the mail server."""
