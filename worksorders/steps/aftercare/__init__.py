"""What comes after the work: inspections, defects, the months of monitoring, the family's guide, the closing."""
