from tests.people.conftest import realm

__all__ = ["realm"]
