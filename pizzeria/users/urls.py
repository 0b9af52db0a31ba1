from django.urls import path

from pizzeria.users import views
from pizzeria.users.oidc import views as oidc

app_name = "users"

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign_out"),
    path("landing/", views.landing, name="landing"),
    path("keycloak/", oidc.Leave.as_view(), name="keycloak_sign_in"),
    path("keycloak/callback/", oidc.Return.as_view(), name="keycloak_callback"),
    path("keycloak/logout/back-channel/", oidc.end_by_server, name="keycloak_logout"),
]
