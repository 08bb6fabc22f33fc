"""The assets: thin wrappers that let the orchestrator see what the parts make. No formulas, no rules."""
