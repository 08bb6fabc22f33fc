"""From a source's API, database or file to raw, and from raw to the contract; knows nothing of the orchestrator."""
