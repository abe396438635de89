"""Risk cards: who can be harmed by which output, and what must happen for it; assessed by people and tests.

After Derczynski et al. 2023, "Assessing Language Model Deployment with Risk Cards" (arXiv 2303.18190).
"""
