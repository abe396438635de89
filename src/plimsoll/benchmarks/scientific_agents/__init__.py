"""Agents in science: scenarios along intent, domain and impact, judged by what the agent does."""
