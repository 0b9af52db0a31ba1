"""URLs of local accounts. The names are allauth's own, which it reverses; views not listed here are not offered."""

from django.urls import path

from pizzeria.users.local_accounts import passkey_views, views
from pizzeria.users.local_accounts.mixins import local_account_required

urlpatterns = [
    path("sign-up/", views.SignUpView.as_view(), name="account_signup"),
    path("sign-in-by-e-mail/", views.SignInView.as_view(), name="account_login"),
    path("sign-in-by-passkey/", passkey_views.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("confirm/", views.ConfirmEmailView.as_view(), name="account_email_verification_sent"),
    path("password-reset/", views.PasswordResetView.as_view(), name="account_reset_password"),
    path("password-reset/code/", views.ConfirmPasswordResetView.as_view(), name="account_confirm_password_reset_code"),
    path("password-reset/password/", views.NewPasswordView.as_view(), name="account_complete_password_reset"),
    path("e-mail/", local_account_required(views.EmailView.as_view()), name="account_email"),
    path("password/", local_account_required(views.ChangePasswordView.as_view()), name="account_change_password"),
    path("reauthenticate/", local_account_required(views.ReauthenticateView.as_view()), name="account_reauthenticate"),
    path("passkeys/", local_account_required(passkey_views.passkeys_page), name="mfa_list_webauthn"),
    path("passkeys/add/", local_account_required(passkey_views.AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path(
        "passkeys/<slug:ref>/remove/",
        local_account_required(passkey_views.remove_passkey),
        name="account_remove_passkey",
    ),
]
