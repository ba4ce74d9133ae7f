"""The outside: documents, travel, mail, files in and out."""
