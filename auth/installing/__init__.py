"""What an author writes to have all this in an app: ``LiveSessions``, and how it stands in front of the app."""
