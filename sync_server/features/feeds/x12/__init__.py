"""What the transaction sets of X12 4010 mean as rows of a dataset."""
