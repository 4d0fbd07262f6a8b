"""Those who know the users and their passwords (smtpd_sasl_type), one file each (login_server.py)."""
