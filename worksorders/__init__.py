"""The product's rules, tables and steps, from approved assessment to reconciled invoice."""
