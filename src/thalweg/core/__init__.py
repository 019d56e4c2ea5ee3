"""What everything stands on: what a row of the op table is, how a call travels, nested structures."""
