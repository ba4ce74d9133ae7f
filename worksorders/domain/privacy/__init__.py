"""What free text may not repeat, how long what is protected is kept, and what somebody may be given of it."""
