from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "pizzeria.foundation.shop"
    label = "shop"
