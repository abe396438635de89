"""CodeAttack: AdvBench goals plainly or in code, and its judge from 1 to 5."""
