from tests.orders.patience import post

__all__ = ["post"]
