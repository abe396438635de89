"""GB/T 45654-2025: a provider's own question banks."""
