"""Tell people: by mail, through the machine's own mailer or over SMTP, and by web hook."""
