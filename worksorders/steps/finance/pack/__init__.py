"""The funder's pack as files: a PDF to read and a CSV to reckon with."""
