"""What stands between a browser and the rules: the server, the gateway, the cookies, the Frontend API."""
