"""How people prove who they are: codes, passkeys, sessions, recovery by two, and links into a demo."""
