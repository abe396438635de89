"""Model -> safer model."""
