"""Specs or objects of one's own -> finished runs: what Python and the command line both call.

run = plimsoll.evaluate("safetybench:split=starter", model="scripted/letter-A")
run.headline.value
plimsoll.compare(before, after)
"""
