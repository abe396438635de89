"""An auditor: a model that plans, plays user and tools, and looks for what a subject should not do."""
