"""Makes tagged PDFs out of our own templates; nothing is ever fetched for them."""
