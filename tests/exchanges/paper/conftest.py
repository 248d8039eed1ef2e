from tests.exchanges.paper.fixtures import paper_database, venue

__all__ = ["paper_database", "venue"]
