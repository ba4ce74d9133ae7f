"""A plan as it stands: where one more visit fits between the others, and what that costs."""
