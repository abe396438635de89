"""BadAgents: does an agent, or what it was trained on, hold a backdoor?"""
