"""Guards and labelled conversations -> how well the guards tell unsafe from safe."""
