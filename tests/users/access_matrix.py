"""
The access matrix: the answer of every URL of the site to every actor, checked by `test_access_matrix`.

The orders in the URLs are named by their state: WAITING, COOKING and READY are pickup orders of the owner; FREE, TAKEN
and OUT are deliveries: ready, claimed by the driver, and out for delivery with the driver; GUESTS is an order of a
guest, and KEY its token; PENDING and CARD are orders by card that are not paid yet: the owner's, and a guest's with the
token CARDKEY. SETTLED is an order of the owner that was paid, and RECEIPT its receipt, of which there is a PDF; PAID
and SLIP are those of a guest with the token SLIPKEY, without a PDF yet. HOOK is a webhook, SENDING a delivery to it;
PHOTO is the picture of a pizza. In the admin, 1 is an existing row, and its bare URL a redirect. `*` stands for all
URLs below that accept the verb and have no row of their own for it; BOTH means GET and POST. The API is called with the
access tokens of the same people.

    +  done or shown                     !  refused, but not for lack of a permission
    =  redirect to the sign-in page (401 where a redirect is not possible)
    -  403          0  404, as if it did not exist
"""

WHO = ("anybody", "owner", "other customer", "cook", "driver", "other driver", "manager", "admin")

TABLE = """
                                          any own oth coo dri riv man adm
GET  /                                     +   +   +   +   +   +   +   +
GET  /menu/                                +   +   +   +   +   +   +   +
BOTH /menu/SLUG/                           +   +   +   +   +   +   +   +
GET  /menu/SLUG/illustration.svg           +   +   +   +   +   +   +   +
GET  /menu/illustrations/SLUG.SLUG.svg     +   +   +   +   +   +   +   +
GET  /menu/pictures/PHOTO-480.webp         +   +   +   +   +   +   +   +
GET  /menu/pictures/UUID-480.webp          0   0   0   0   0   0   0   0
BOTH /basket/                              +   +   +   +   +   +   +   +
POST /basket/add/                          +   +   +   +   +   +   +   +
POST /basket/delivery/                     +   +   +   +   +   +   +   +
BOTH /checkout/                            +   +   +   +   +   +   +   +

BOTH /profile/                             =   +   +   +   +   +   +   +
GET  /notifications/                       =   +   +   +   +   +   +   +
POST /notifications/read/                  =   +   +   +   +   +   +   +
POST /notifications/dismiss/               =   +   +   +   +   +   +   +
GET  /orders/                              =   +   +   +   +   +   +   +
GET  /orders/WAITING/                      =   +   0   +   0   0   +   +
BOTH /orders/WAITING/notes/                =   +   0   +   0   0   +   +
POST /orders/COOKING/notes/                =   +   0   +   0   0   +   +
POST /orders/READY/notes/                  =   !   0   +   0   0   +   +
BOTH /orders/GUESTS/KEY/notes/             +   +   +   +   +   +   +   +
BOTH /orders/GUESTS/NOKEY/notes/           0   0   0   0   0   0   0   0
BOTH /orders/WAITING/cancel/               =   +   0   +   0   0   +   +
POST /orders/COOKING/cancel/               =   !   0   +   0   0   +   +
POST /orders/READY/undo-hand-over/         =   -   -   !   -   -   !   !
GET  /orders/GUESTS/KEY/                   +   +   +   +   +   +   +   +
GET  /orders/GUESTS/NOKEY/                 0   0   0   0   0   0   0   0
GET  /orders/WAITING/NOKEY/                0   0   0   0   0   0   0   0
GET  /orders/GUESTS/                       =   0   0   +   0   0   +   +
BOTH /orders/GUESTS/KEY/cancel/            +   +   +   +   +   +   +   +
POST /orders/GUESTS/NOKEY/cancel/          0   0   0   0   0   0   0   0
POST /orders/GUESTS/KEY/link/              =   +   +   +   +   +   +   +
POST /orders/GUESTS/NOKEY/link/            =   0   0   0   0   0   0   0

GET  /pay/PENDING/                         =   !   0   0   0   0   0   0
GET  /pay/PENDING/returned/                =   +   0   0   0   0   0   0
GET  /pay/PENDING/left/                    =   +   0   0   0   0   0   0
POST /pay/PENDING/again/                   =   +   0   0   0   0   0   0
GET  /pay/WAITING/                         =   0   0   0   0   0   0   0
GET  /pay/CARD/CARDKEY/                    !   !   !   !   !   !   !   !
GET  /pay/CARD/CARDKEY/returned/           +   +   +   +   +   +   +   +
GET  /pay/CARD/CARDKEY/left/               +   +   +   +   +   +   +   +
POST /pay/CARD/CARDKEY/again/              +   +   +   +   +   +   +   +
GET  /pay/CARD/NOKEY/                      0   0   0   0   0   0   0   0
POST /pay/CARD/NOKEY/again/                0   0   0   0   0   0   0   0
GET  /receipts/RECEIPT/                    =   +   0   +   0   0   +   +
GET  /receipts/RECEIPT/pdf/                =   +   0   +   0   0   +   +
GET  /receipts/of/SETTLED/                 =   +   0   +   0   0   +   +
GET  /receipts/SLIP/                       =   0   0   +   0   0   +   +
GET  /receipts/SLIP/pdf/                   =   0   0   !   0   0   !   !
GET  /receipts/of/PAID/                    =   0   0   +   0   0   +   +
GET  /receipts/SLIP/SLIPKEY/               +   +   +   +   +   +   +   +
GET  /receipts/SLIP/SLIPKEY/pdf/           !   !   !   !   !   !   !   !
GET  /receipts/of/PAID/SLIPKEY/            +   +   +   +   +   +   +   +
GET  /receipts/SLIP/NOKEY/                 0   0   0   0   0   0   0   0
GET  /receipts/SLIP/NOKEY/pdf/             0   0   0   0   0   0   0   0
GET  /receipts/of/PAID/NOKEY/              0   0   0   0   0   0   0   0
GET  /receipts/RECEIPT/SLIPKEY/            0   0   0   0   0   0   0   0

POST /payments/webhook/                    !   !   !   !   !   !   !   !

GET  /kitchen/                             =   -   -   +   -   -   +   +
GET  /kitchen/orders/                      =   -   -   +   -   -   +   +
GET  /kitchen/service-worker.js            +   +   +   +   +   +   +   +
POST /kitchen/steps/                       =   -   -   +   -   -   +   +
POST /kitchen/hand-over/                   =   -   -   !   -   -   !   !
POST /kitchen/cancel/                      =   -   -   +   -   -   +   +
GET  /kitchen/finished/                    =   -   -   +   -   -   +   +
POST /kitchen/tickets/COOKING/undo/        =   -   -   !   -   -   !   !
GET  /kitchen/tickets/WAITING/print/       =   -   -   +   -   -   +   +
GET  /kitchen/tickets/UUID/print/          =   -   -   0   -   -   0   0
BOTH /kitchen/print/                       =   -   -   !   -   -   !   !
POST /kitchen/print/dismiss/               =   -   -   +   -   -   +   +
POST /kitchen/screen/                      =   -   -   +   -   -   +   +
POST /kitchen/screen/name/                 =   -   -   !   -   -   !   !
POST /kitchen/pause/                       =   -   -   +   -   -   +   +
POST /kitchen/resume/                      =   -   -   +   -   -   +   +
POST /kitchen/capacity/                    =   -   -   -   -   -   +   +
GET  /menu/sold-out/                       =   -   -   +   -   -   +   +
POST /menu/sold-out/pizza/SLUG/mark-sold-out/ =   -   -   +   -   -   +   +
POST /menu/sold-out/pizza/SLUG/mark-available/ =   -   -   +   -   -   +   +

GET  /delivery/                            =   -   -   -   +   +   +   +
POST /delivery/FREE/assign/                =   -   -   -   -   -   +   +
POST /delivery/FREE/claim/                 =   -   -   -   +   +   +   +
POST /delivery/TAKEN/claim/                =   -   -   -   +   !   !   !
POST /delivery/TAKEN/release/              =   -   -   -   +   !   +   +
POST /delivery/TAKEN/leave/                =   -   -   -   +   !   !   !
POST /delivery/OUT/deliver/                =   -   -   -   +   !   +   +
POST /delivery/OUT/undo-deliver/           =   -   -   -   !   !   !   !
POST /delivery/OUT/fail/                   =   -   -   -   +   !   +   +

GET  /stream/board/                        =   -   -   +   -   -   +   +
GET  /stream/deliveries/                   =   -   -   -   +   +   +   +
GET  /stream/orders/WAITING/               =   +   0   +   0   0   +   +
GET  /stream/orders/GUESTS/KEY/            +   +   +   +   +   +   +   +
GET  /stream/orders/GUESTS/NOKEY/          0   0   0   0   0   0   0   0

GET  /api/me                                =   +   +   +   +   +   +   +
GET  /api/menu                              +   +   +   +   +   +   +   +
GET  /api/menu/pizzas                       +   +   +   +   +   +   +   +
GET  /api/menu/pizzas/SLUG                  +   +   +   +   +   +   +   +
POST /api/menu/pizzas                       =   -   -   -   -   -   +   +
PUT  /api/menu/pizzas/SLUG                  =   -   -   -   -   -   +   +
DELETE /api/menu/pizzas/SLUG                =   -   -   -   -   -   +   +
PUT  /api/menu/pizzas/SLUG/availability     =   -   -   +   -   -   +   +
GET  /api/menu/toppings                     +   +   +   +   +   +   +   +
GET  /api/menu/items                        +   +   +   +   +   +   +   +
GET  /api/orders                            =   +   +   +   +   +   +   +
POST /api/orders                            =   +   +   -   -   -   +   +
POST /api/orders/quote                      =   +   +   -   -   -   +   +
GET  /api/orders/slots                      =   +   +   -   -   -   +   +
GET  /api/orders/WAITING                    =   +   0   +   0   0   +   +
GET  /api/orders/FREE                       =   +   0   +   +   +   +   +
GET  /api/orders/TAKEN                      =   +   0   +   +   0   +   +
GET  /api/orders/GUESTS                     =   0   0   +   0   0   +   +
GET  /api/orders/WAITING/events             =   +   0   +   0   0   +   +
DELETE /api/orders/WAITING                  =   +   0   !   -   -   !   !
PUT  /api/orders/WAITING/status             =   -   0   +   0   0   +   +
PUT  /api/orders/TAKEN/status               =   -   0   +   -   0   +   +
POST /api/orders/READY/hand-over            =   -   -   +   -   -   +   +
GET  /api/kitchen/status                    =   -   -   +   -   -   +   +
GET  /api/kitchen/queue                     =   -   -   +   -   -   +   +
POST /api/kitchen/orders/WAITING/start      =   -   -   +   -   -   +   +
POST /api/kitchen/orders/COOKING/complete   =   -   -   +   -   -   +   +
POST /api/kitchen/orders/READY/recall       =   -   -   +   -   -   +   +
PUT  /api/kitchen/capacity                  =   -   -   -   -   -   +   +
POST /api/kitchen/pause                     =   -   -   +   -   -   +   +
POST /api/kitchen/resume                    =   -   -   +   -   -   +   +
GET  /api/delivery/ready                    =   -   -   -   +   +   +   +
GET  /api/delivery/tour                     =   -   -   -   +   +   +   +
GET  /api/delivery/drivers                  =   -   -   -   -   -   +   +
POST /api/delivery/orders/FREE/assign       =   -   -   -   -   -   +   +
POST /api/delivery/orders/FREE/claim        =   -   -   -   +   +   +   +
POST /api/delivery/orders/TAKEN/claim       =   -   -   -   +   !   !   !
POST /api/delivery/orders/TAKEN/release     =   -   -   -   +   !   +   +
POST /api/delivery/orders/TAKEN/leave       =   -   -   -   +   !   !   !
POST /api/delivery/orders/OUT/deliver       =   -   -   -   +   !   +   +
POST /api/delivery/orders/OUT/fail          =   -   -   -   +   !   +   +
GET  /api/profile/me                        =   +   +   +   +   +   +   +
PUT  /api/profile/me                        =   +   +   +   +   +   +   +
GET  /api/profile/me/orders                 =   +   +   +   +   +   +   +
GET  /api/profile/me/notifications          =   +   +   +   +   +   +   +
POST /api/profile/me/notifications/UUID.1/dismiss =   0   0   0   0   0   0   0
GET  /api/reports/*                         =   -   -   -   -   -   +   +
GET  /api/webhooks                          =   -   -   -   -   -   -   +
POST /api/webhooks                          =   -   -   -   -   -   -   +
GET  /api/webhooks/HOOK                     =   -   -   -   -   -   -   +
DELETE /api/webhooks/HOOK                   =   -   -   -   -   -   -   +
POST /api/webhooks/HOOK/enable              =   -   -   -   -   -   -   +
GET  /api/webhooks/HOOK/deliveries          =   -   -   -   -   -   -   +
POST /api/webhooks/HOOK/deliveries/SENDING/redeliver =   -   -   -   -   -   -   +
BOTH /api/docs                              +   +   +   +   +   +   +   +
BOTH /api/docs/signed-in                    +   +   +   +   +   +   +   +
BOTH /api/openapi.json                      +   +   +   +   +   +   +   +
BOTH /api/                                  0   0   0   0   0   0   0   0

BOTH /accounts/sign-in/                    +   +   +   +   +   +   +   +
POST /accounts/sign-out/                   +   +   +   +   +   +   +   +
GET  /accounts/landing/                    =   +   +   +   +   +   +   +
BOTH /accounts/sign-up/                    !   !   !   !   !   !   !   !
BOTH /accounts/sign-in-by-e-mail/          +   +   +   +   +   +   +   +
BOTH /accounts/sign-in-by-passkey/         +   +   +   +   +   +   +   +
BOTH /accounts/confirm/                    +   +   +   +   +   +   +   +
BOTH /accounts/password-reset/             !   !   !   !   !   !   !   !
BOTH /accounts/password-reset/code/        +   +   +   +   +   +   +   +
BOTH /accounts/password-reset/password/    +   +   +   +   +   +   +   +
BOTH /accounts/e-mail/                     =   -   -   -   -   -   -   -
BOTH /accounts/password/                   =   -   -   -   -   -   -   -
BOTH /accounts/reauthenticate/             =   -   -   -   -   -   -   -
BOTH /accounts/passkeys/                   =   -   -   -   -   -   -   -
BOTH /accounts/passkeys/add/               =   -   -   -   -   -   -   -
POST /accounts/passkeys/SLUG/remove/       =   -   -   -   -   -   -   -
GET  /accounts/keycloak/                   !   !   !   !   !   !   !   !
GET  /accounts/keycloak/callback/          !   !   !   !   !   !   !   !
POST /accounts/keycloak/logout/back-channel/  !   !   !   !   !   !   !   !

BOTH /admin/                                =   -   -   -   -   -   +   +
BOTH /admin/login/                          =   -   -   -   -   -   =   =
POST /admin/logout/                         =   +   +   +   +   +   +   +
BOTH /admin/password_change/                =   -   -   -   -   -   0   0
BOTH /admin/password_change/done/           =   -   -   -   -   -   0   0
BOTH /admin/menu/size/1/delete/             =   -   -   -   -   -   -   -
GET  /admin/menu/pizza/export/SLUG/         =   -   -   -   -   -   0   0
GET  /admin/menu/simpleitem/export/SLUG/    =   -   -   -   -   -   0   0
GET  /admin/menu/topping/export/SLUG/       =   -   -   -   -   -   0   0
BOTH /admin/menu/*                          =   -   -   -   -   -   +   +
BOTH /admin/kitchen/kitchen/add/            =   -   -   -   -   -   -   -
POST /admin/kitchen/kitchen/1/change/       =   -   -   -   -   -   !   !
BOTH /admin/kitchen/kitchen/1/delete/       =   -   -   -   -   -   -   -
BOTH /admin/kitchen/kitchen/*               =   -   -   -   -   -   +   +
BOTH /admin/kitchen/boardscreen/add/        =   -   -   -   -   -   -   -
BOTH /admin/kitchen/boardscreen/*           =   -   -   -   -   -   +   +
BOTH /admin/orders/order/add/               =   -   -   -   -   -   -   -
POST /admin/orders/order/1/change/          =   -   -   -   -   -   -   -
BOTH /admin/orders/order/1/delete/          =   -   -   -   -   -   -   -
GET  /admin/orders/order/1/print/           =   -   -   -   -   -   +   +
BOTH /admin/orders/order/*                  =   -   -   -   -   -   +   +
BOTH /admin/orders/deliveryzone/*           =   -   -   -   -   -   +   +
BOTH /admin/orders/coupon/*                 =   -   -   -   -   -   +   +
BOTH /admin/customers/customer/add/         =   -   -   -   -   -   -   -
POST /admin/customers/customer/1/change/    =   -   -   -   -   -   -   -
BOTH /admin/customers/customer/1/delete/    =   -   -   -   -   -   -   -
BOTH /admin/customers/customer/*            =   -   -   -   -   -   +   +
BOTH /admin/payments/paymentattempt/add/    =   -   -   -   -   -   -   -
POST /admin/payments/paymentattempt/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/payments/paymentattempt/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/payments/paymentattempt/*       =   -   -   -   -   -   +   +
BOTH /admin/payments/refund/add/            =   -   -   -   -   -   -   -
POST /admin/payments/refund/1/change/       =   -   -   -   -   -   -   -
BOTH /admin/payments/refund/1/delete/       =   -   -   -   -   -   -   -
BOTH /admin/payments/refund/*               =   -   -   -   -   -   +   +
BOTH /admin/payments/receipt/add/           =   -   -   -   -   -   -   -
POST /admin/payments/receipt/1/change/      =   -   -   -   -   -   -   -
BOTH /admin/payments/receipt/1/delete/      =   -   -   -   -   -   -   -
BOTH /admin/payments/receipt/*              =   -   -   -   -   -   +   +
BOTH /admin/payments/webhookmessage/add/    =   -   -   -   -   -   -   -
POST /admin/payments/webhookmessage/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/payments/webhookmessage/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/payments/webhookmessage/*       =   -   -   -   -   -   +   +
BOTH /admin/payments/reconciliationrun/add/ =   -   -   -   -   -   -   -
POST /admin/payments/reconciliationrun/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/payments/reconciliationrun/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/payments/reconciliationrun/*    =   -   -   -   -   -   +   +
BOTH /admin/notifications/notification/add/ =   -   -   -   -   -   -   -
POST /admin/notifications/notification/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/notifications/notification/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/notifications/notification/*    =   -   -   -   -   -   +   +
BOTH /admin/webhooks/webhooksubscription/add/ =   -   -   -   -   -   -   -
POST /admin/webhooks/webhooksubscription/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/webhooks/webhooksubscription/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/webhooks/webhooksubscription/1/ =   -   -   -   -   -   +   +
BOTH /admin/webhooks/webhooksubscription/*  =   -   -   -   -   -   -   +
BOTH /admin/webhooks/webhookdelivery/add/   =   -   -   -   -   -   -   -
POST /admin/webhooks/webhookdelivery/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/webhooks/webhookdelivery/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/webhooks/webhookdelivery/1/     =   -   -   -   -   -   +   +
BOTH /admin/webhooks/webhookdelivery/*      =   -   -   -   -   -   -   +
BOTH /admin/payments/refundrequest/add/    =   -   -   -   -   -   -   -
POST /admin/payments/refundrequest/1/change/ =   -   -   -   -   -   -   -
BOTH /admin/payments/refundrequest/1/delete/ =   -   -   -   -   -   -   -
BOTH /admin/payments/refundrequest/*       =   -   -   -   -   -   +   +
BOTH /admin/alerts/alert/add/              =   -   -   -   -   -   -   -
POST /admin/alerts/alert/1/change/         =   -   -   -   -   -   -   -
BOTH /admin/alerts/alert/1/delete/         =   -   -   -   -   -   -   -
BOTH /admin/alerts/alert/*                 =   -   -   -   -   -   +   +
BOTH /admin/shop/shopsettings/add/         =   -   -   -   -   -   -   -
BOTH /admin/shop/shopsettings/1/delete/    =   -   -   -   -   -   -   -
BOTH /admin/shop/shopsettings/*            =   -   -   -   -   -   +   +
BOTH /admin/events/outboxentry/add/        =   -   -   -   -   -   -   -
POST /admin/events/outboxentry/1/change/   =   -   -   -   -   -   -   -
BOTH /admin/events/outboxentry/1/delete/   =   -   -   -   -   -   -   -
BOTH /admin/events/outboxentry/*           =   -   -   -   -   -   +   +
BOTH /admin/kitchen/                        =   -   -   -   -   -   +   +
BOTH /admin/orders/                         =   -   -   -   -   -   +   +
BOTH /admin/customers/                      =   -   -   -   -   -   +   +
BOTH /admin/payments/                       =   -   -   -   -   -   +   +
BOTH /admin/notifications/                  =   -   -   -   -   -   +   +
BOTH /admin/webhooks/                       =   -   -   -   -   -   0   +
BOTH /admin/alerts/                         =   -   -   -   -   -   +   +
BOTH /admin/shop/                           =   -   -   -   -   -   +   +
BOTH /admin/events/                         =   -   -   -   -   -   +   +
POST /admin/overview/resume-kitchen/        =   -   -   -   -   -   +   +
POST /admin/overview/back-on-the-menu/      =   -   -   -   -   -   0   0
POST /admin/overview/acknowledge/           =   -   -   -   -   -   0   0
GET  /admin/reports/SLUG/SLUG.SLUG          =   -   -   -   -   -   0   0
GET  /admin/reports/products/pizzas.csv     =   -   -   -   -   -   +   +
GET  /admin/reports/customers/customers.xlsx =   -   -   -   -   -   +   +
BOTH /admin/reports/what-if/                =   -   -   -   -   -   +   +
GET  /admin/reports/what-if/UUID/           =   -   -   -   -   -   0   0
GET  /admin/reports/*                       =   -   -   -   -   -   +   +
GET  /admin/messages/                       =   -   -   -   -   -   +   +
GET  /admin/messages/SLUG/                  =   -   -   -   -   -   0   0
GET  /admin/autocomplete/                   =   -   -   -   -   -   -   -
BOTH /admin/r/1/1/                          =   -   -   -   -   -   0   0
BOTH /admin/nothing/here                    =   -   -   -   -   -   0   0
GET  /admin/*                               =   -   -   -   -   -   +   +
"""
