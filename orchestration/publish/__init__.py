"""The publish step: from the private warehouse file to the file that readers open.

What belongs here: copying the marts into a new DuckDB file and into Parquet, proving that the copy is whole, swapping
it in, keeping the last publishes, the agents' own files, going back to one, and opening the result read-only. What does not: building marts
(dbt), deciding whether they may be published (gate 2), printing (the command line), and the orchestrator.
"""

from orchestration.publish.agent_files import AgentFilesResult, agent_file_name, publish_agent_files, remove_agent_files
from orchestration.publish.connection import connect_published
from orchestration.publish.errors import (
    ContractError,
    CopyMismatchError,
    NoSpaceError,
    PublishBusyError,
    PublishError,
    SnapshotError,
)
from orchestration.publish.layout import PUBLISHED_FILE_NAME, Layout
from orchestration.publish.manifest import Manifest, TableEntry
from orchestration.publish.publisher import PublishResult, publish
from orchestration.publish.restoration import RollbackResult, rollback
from orchestration.publish.snapshots import Snapshot, list_snapshots
from orchestration.publish.verification import VerifyReport, verify

__all__ = [
    "PUBLISHED_FILE_NAME",
    "AgentFilesResult",
    "ContractError",
    "CopyMismatchError",
    "Layout",
    "Manifest",
    "NoSpaceError",
    "PublishBusyError",
    "PublishError",
    "PublishResult",
    "RollbackResult",
    "Snapshot",
    "SnapshotError",
    "TableEntry",
    "VerifyReport",
    "agent_file_name",
    "connect_published",
    "list_snapshots",
    "publish",
    "publish_agent_files",
    "remove_agent_files",
    "rollback",
    "verify",
]
