"""What users do, one file a step; a step takes a session and never commits."""
