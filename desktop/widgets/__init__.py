"""The house widget kit: tables, scan box, forms, notices, dialogs, theme; no feature, SQL or network."""
