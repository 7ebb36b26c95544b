"""Operations up, streams down."""
