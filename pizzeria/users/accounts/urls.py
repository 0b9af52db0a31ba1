"""
Where accounts are. The names are allauth's own, which it asks for; what is not here is not offered.
"""

from django.urls import path

from pizzeria.users.accounts import passkey_views, views
from pizzeria.users.accounts.pages import of_an_account

urlpatterns = [
    path("sign-up/", views.SignUp.as_view(), name="account_signup"),
    path("by-e-mail/", views.SignIn.as_view(), name="account_login"),
    path("by-passkey/", passkey_views.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("confirm/", views.ConfirmEmail.as_view(), name="account_email_verification_sent"),
    path("forgotten/", views.Forgotten.as_view(), name="account_reset_password"),
    path("forgotten/code/", views.ConfirmForgotten.as_view(), name="account_confirm_password_reset_code"),
    path("forgotten/password/", views.NewPassword.as_view(), name="account_complete_password_reset"),
    path("e-mail/", of_an_account(views.Email.as_view()), name="account_email"),
    path("password/", of_an_account(views.ChangePassword.as_view()), name="account_change_password"),
    path("prove/", of_an_account(views.Prove.as_view()), name="account_reauthenticate"),
    path("passkeys/", of_an_account(passkey_views.passkeys_page), name="mfa_list_webauthn"),
    path("passkeys/add/", of_an_account(passkey_views.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("passkeys/<slug:ref>/remove/", of_an_account(passkey_views.remove_passkey), name="account_remove_passkey"),
]
