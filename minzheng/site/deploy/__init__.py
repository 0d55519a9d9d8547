"""Files for the machine that runs the platform: systemd units, reverse proxies, alert rules, filled in and printed."""
