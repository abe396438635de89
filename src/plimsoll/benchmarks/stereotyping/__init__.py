"""Parts of the stereotyping benchmark."""
