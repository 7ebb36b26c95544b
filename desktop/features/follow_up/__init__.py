"""Following orders, reserves, freight and customers without a telephone call."""
