from tests.users.conftest import realm

__all__ = ["realm"]
