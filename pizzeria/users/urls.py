from django.urls import path

from pizzeria.users import views
from pizzeria.users.keycloak import views as oidc

app_name = "users"

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign_out"),
    path("landing/", views.landing, name="landing"),
    path("keycloak/", oidc.AuthorizationRequestView.as_view(), name="keycloak_sign_in"),
    path("keycloak/callback/", oidc.CallbackView.as_view(), name="keycloak_callback"),
    path("keycloak/logout/back-channel/", oidc.backchannel_logout, name="keycloak_logout"),
]
