"""What the server adds to sample orders: public numbers and the mails that ask for samples."""
