"""Look into what the agent knows: the same retrieval that the knowledge page's "ask it" box
shows.
"""

from dataclasses import dataclass

from asgiref.sync import sync_to_async

from foundation.model_process.client import ModelClient
from knowledge_app.retrieval import Passage, search_chunks

NAME = "search_knowledge_base"
TOP_K = 5


@dataclass(frozen=True)
class Found:
    """The passages nearest to a question, best first, and the question's vector (384,
    L2-normalised).
    """

    passages: tuple[Passage, ...]
    query_vector: list[float]


async def search_knowledge_base(agent_id: int, query: str, *, models: ModelClient) -> Found:
    """Search what this agent knows, and nothing else."""
    vector = await models.embed_query(query)
    passages = await sync_to_async(search_chunks)(
        agent_id=agent_id, query=query, query_vector=vector, top_k=TOP_K
    )
    return Found(tuple(passages), vector)
