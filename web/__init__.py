"""Pages for coordinators, contractors, finance and administrators."""
