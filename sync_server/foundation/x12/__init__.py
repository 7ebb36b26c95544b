"""X12 4010 as bytes on the wire: separators, segments and envelopes; what they mean is for who reads them."""
