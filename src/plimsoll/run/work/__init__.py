"""What is done with a plan: sessions, the engine, stopping, rehearsing, judging anew."""
