"""Trade accounts: the showroom's customers."""
