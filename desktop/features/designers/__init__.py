"""The showroom's designers: their list, their cards, what each has out."""
