"""Files, prompts and tables of LabSafety Bench's multiple-choice part."""
