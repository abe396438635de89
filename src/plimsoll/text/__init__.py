"""Chinese and English text: normalising, option letters, refusals, templates."""
