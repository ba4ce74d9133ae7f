"""Every long list of the product, read in one way: filtered, in a total order, by pages, and out as a file."""
