"""
Every address of the site, and what it answers to whom: the table that `test_who_may_what` walks.

Orders stand in the addresses by what they are: WAITING, COOKING and READY are the owner's pickups; FREE, TAKEN and OUT
are deliveries, ready, given to the driver, and on the road with the driver; GUESTS is a guest's, with its KEY.
`*` is whatever else lies below.

    +  does it, or shows it          !  listens, and a rule of the shop says no
    =  sends to the sign-in (401 where nobody can be sent)
    -  403          0  404, as if it were not there
"""

WHO = ("anybody", "owner", "other customer", "cook", "driver", "other driver", "manager", "admin")

TABLE = """
                                          any own oth coo dri riv man adm
GET  /                                     +   +   +   +   +   +   +   +
GET  /menu/                                +   +   +   +   +   +   +   +
GET  /menu/SLUG/                           +   +   +   +   +   +   +   +
GET  /menu/SLUG/picture.svg                +   +   +   +   +   +   +   +
GET  /basket/                              +   +   +   +   +   +   +   +
POST /basket/add/                          +   +   +   +   +   +   +   +
POST /basket/lines/UUID/                   +   +   +   +   +   +   +   +
GET  /checkout/                            +   +   +   +   +   +   +   +
POST /checkout/                            +   +   +   +   +   +   +   +

GET  /profile/                             =   +   +   +   +   +   +   +
POST /profile/                             =   +   +   +   +   +   +   +
GET  /notices/                             =   +   +   +   +   +   +   +
POST /notices/read/                        =   +   +   +   +   +   +   +
POST /notices/dismiss/                     =   +   +   +   +   +   +   +
GET  /orders/                              =   +   +   +   +   +   +   +
GET  /orders/WAITING/                      =   +   0   +   0   0   +   +
GET  /orders/WAITING/cancel/               =   +   0   +   0   0   +   +
POST /orders/WAITING/cancel/               =   +   0   +   0   0   +   +
POST /orders/COOKING/cancel/               =   !   0   +   0   0   +   +
POST /orders/READY/hand-over/              =   -   -   +   -   -   +   +
GET  /orders/GUESTS/KEY/                   +   +   +   +   +   +   +   +
GET  /orders/GUESTS/NOKEY/                 0   0   0   0   0   0   0   0
GET  /orders/WAITING/NOKEY/                0   0   0   0   0   0   0   0
GET  /orders/GUESTS/                       =   0   0   +   0   0   +   +
GET  /orders/GUESTS/KEY/cancel/            +   +   +   +   +   +   +   +
POST /orders/GUESTS/KEY/cancel/            +   +   +   +   +   +   +   +
POST /orders/GUESTS/NOKEY/cancel/          0   0   0   0   0   0   0   0
POST /orders/GUESTS/KEY/adopt/             =   +   +   +   +   +   +   +
POST /orders/GUESTS/NOKEY/adopt/           =   0   0   0   0   0   0   0

GET  /kitchen/                             =   -   -   +   -   -   +   +
GET  /kitchen/orders/                      =   -   -   +   -   -   +   +
POST /kitchen/tickets/WAITING/start/       =   -   -   +   -   -   +   +
POST /kitchen/tickets/COOKING/finish/      =   -   -   +   -   -   +   +
POST /kitchen/tickets/READY/recall/        =   -   -   +   -   -   +   +
POST /kitchen/pause/                       =   -   -   +   -   -   +   +
POST /kitchen/resume/                      =   -   -   +   -   -   +   +
POST /kitchen/capacity/                    =   -   -   -   -   -   +   +
GET  /menu/sold-out/                       =   -   -   +   -   -   +   +
POST /menu/sold-out/pizza/SLUG/take-off/   =   -   -   +   -   -   +   +
POST /menu/sold-out/pizza/SLUG/put-back/   =   -   -   +   -   -   +   +

GET  /delivery/                            =   -   -   -   +   +   +   +
POST /delivery/FREE/assign/                =   -   -   -   -   -   +   +
POST /delivery/FREE/claim/                 =   -   -   -   +   +   +   +
POST /delivery/TAKEN/claim/                =   -   -   -   +   !   !   !
POST /delivery/TAKEN/release/              =   -   -   -   +   !   +   +
POST /delivery/TAKEN/leave/                =   -   -   -   +   !   !   !
POST /delivery/OUT/deliver/                =   -   -   -   +   !   +   +
POST /delivery/OUT/fail/                   =   -   -   -   +   !   +   +

GET  /stream/board/                        =   -   -   +   -   -   +   +
GET  /stream/orders/WAITING/               =   +   0   +   0   0   +   +
GET  /stream/orders/GUESTS/KEY/            +   +   +   +   +   +   +   +
GET  /stream/orders/GUESTS/NOKEY/          0   0   0   0   0   0   0   0

GET  /api/me                                =   =   =   =   =   =   =   =
GET  /api/docs                              +   +   +   +   +   +   +   +
GET  /api/openapi.json                      +   +   +   +   +   +   +   +
GET  /api/                                  0   0   0   0   0   0   0   0

GET  /accounts/sign-in/                    +   +   +   +   +   +   +   +
POST /accounts/sign-out/                   +   +   +   +   +   +   +   +
GET  /accounts/landing/                    =   +   +   +   +   +   +   +
GET  /accounts/sign-up/                    !   !   !   !   !   !   !   !
POST /accounts/sign-up/                    !   !   !   !   !   !   !   !
GET  /accounts/by-e-mail/                  +   +   +   +   +   +   +   +
POST /accounts/by-e-mail/                  +   +   +   +   +   +   +   +
GET  /accounts/by-passkey/                 +   +   +   +   +   +   +   +
POST /accounts/by-passkey/                 +   +   +   +   +   +   +   +
GET  /accounts/confirm/                    +   +   +   +   +   +   +   +
GET  /accounts/forgotten/                  !   !   !   !   !   !   !   !
GET  /accounts/forgotten/code/             +   +   +   +   +   +   +   +
GET  /accounts/forgotten/password/         +   +   +   +   +   +   +   +
GET  /accounts/e-mail/                     =   -   -   -   -   -   -   -
POST /accounts/e-mail/                     =   -   -   -   -   -   -   -
GET  /accounts/password/                   =   -   -   -   -   -   -   -
POST /accounts/password/                   =   -   -   -   -   -   -   -
GET  /accounts/prove/                      =   -   -   -   -   -   -   -
POST /accounts/prove/                      =   -   -   -   -   -   -   -
GET  /accounts/passkeys/                   =   -   -   -   -   -   -   -
GET  /accounts/passkeys/add/               =   -   -   -   -   -   -   -
POST /accounts/passkeys/add/               =   -   -   -   -   -   -   -
POST /accounts/passkeys/SLUG/remove/       =   -   -   -   -   -   -   -
GET  /accounts/keycloak/                   !   !   !   !   !   !   !   !
GET  /accounts/keycloak/callback/          !   !   !   !   !   !   !   !
POST /accounts/keycloak/logout/back-channel/  !   !   !   !   !   !   !   !

GET  /admin/                                =   -   -   -   -   -   +   +
GET  /admin/login/                          =   -   -   -   -   -   =   =
POST /admin/logout/                         =   +   +   +   +   +   +   +
GET  /admin/password_change/                =   -   -   -   -   -   0   0
POST /admin/password_change/                =   -   -   -   -   -   0   0
GET  /admin/password_change/done/           =   -   -   -   -   -   0   0
GET  /admin/menu/*                          =   -   -   -   -   -   +   +
GET  /admin/kitchen/kitchen/add/            =   -   -   -   -   -   -   -
GET  /admin/kitchen/kitchen/1/delete/       =   -   -   -   -   -   -   -
GET  /admin/kitchen/kitchen/*               =   -   -   -   -   -   +   +
GET  /admin/orders/order/add/               =   -   -   -   -   -   -   -
GET  /admin/orders/order/1/delete/          =   -   -   -   -   -   -   -
GET  /admin/orders/order/*                  =   -   -   -   -   -   +   +
GET  /admin/orders/customer/add/            =   -   -   -   -   -   -   -
GET  /admin/orders/customer/1/delete/       =   -   -   -   -   -   -   -
GET  /admin/orders/customer/*               =   -   -   -   -   -   +   +
GET  /admin/orders/notice/add/              =   -   -   -   -   -   -   -
GET  /admin/orders/notice/1/delete/         =   -   -   -   -   -   -   -
GET  /admin/orders/notice/*                 =   -   -   -   -   -   +   +
GET  /admin/events/eventrelay/add/          =   -   -   -   -   -   -   -
GET  /admin/events/eventrelay/1/delete/     =   -   -   -   -   -   -   -
GET  /admin/events/eventrelay/*             =   -   -   -   -   -   +   +
GET  /admin/kitchen/                        =   -   -   -   -   -   +   +
GET  /admin/orders/                         =   -   -   -   -   -   +   +
GET  /admin/events/                         =   -   -   -   -   -   +   +
GET  /admin/messages/                       =   -   -   -   -   -   +   +
GET  /admin/messages/SLUG/                  =   -   -   -   -   -   0   0
GET  /admin/autocomplete/                   =   -   -   -   -   -   -   -
GET  /admin/r/1/1/                          =   -   -   -   -   -   0   0
GET  /admin/nothing/here                    =   -   -   -   -   -   0   0
GET  /admin/*                               =   -   -   -   -   -   +   +
"""
