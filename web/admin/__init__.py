"""Routes and forms for administrators, auditors and privacy officers."""
