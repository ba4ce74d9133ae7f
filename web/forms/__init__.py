"""The base of every form, its fields and widgets, and how a form is taken once and looked over."""
