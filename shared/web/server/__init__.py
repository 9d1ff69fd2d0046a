"""What stands between the socket and Flask: gunicorn, with patience, a bounded queue and a last call."""
