from django.urls import path

from orders.payments.views import payment, receipt

app_name = "payments"

urlpatterns = [
    path("pay/<uuid:ref>/", payment.pay, name="pay"),
    path("pay/<uuid:ref>/returned/", payment.returned, name="returned"),
    path("pay/<uuid:ref>/left/", payment.left, name="left"),
    path("pay/<uuid:ref>/again/", payment.again, name="again"),
    path("pay/<uuid:ref>/<guest_token:token>/", payment.guest_pay, name="guest_pay"),
    path("pay/<uuid:ref>/<guest_token:token>/returned/", payment.guest_returned, name="guest_returned"),
    path("pay/<uuid:ref>/<guest_token:token>/left/", payment.guest_left, name="guest_left"),
    path("pay/<uuid:ref>/<guest_token:token>/again/", payment.guest_again, name="guest_again"),
    path("payments/webhook/", payment.webhook, name="webhook"),
    path("receipts/<uuid:ref>/", receipt.receipt, name="receipt"),
    path("receipts/<uuid:ref>/pdf/", receipt.receipt_pdf, name="receipt_pdf"),
    path("receipts/<uuid:ref>/<guest_token:token>/", receipt.guest_receipt, name="guest_receipt"),
    path("receipts/<uuid:ref>/<guest_token:token>/pdf/", receipt.guest_receipt_pdf, name="guest_receipt_pdf"),
    path("receipts/of/<uuid:ref>/", receipt.receipts_of_order, name="receipts"),
    path("receipts/of/<uuid:ref>/<guest_token:token>/", receipt.guest_receipts_of_order, name="guest_receipts"),
]
