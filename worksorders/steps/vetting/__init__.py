"""The vetting register: kinds as data, the second person's verdict, warnings ahead, and what a trade or region lacks."""
