"""What distributors publish: files read, checked, compared with what is live, and landed whole or not at all."""
