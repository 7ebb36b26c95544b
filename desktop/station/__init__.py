"""The station without a window: `order-track station …` for scripts, kiosks and checks."""
