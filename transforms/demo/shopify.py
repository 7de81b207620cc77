"""The Shopify files: orders (79 columns, one row per line) and customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from transforms.demo.behaviour import Shop
from transforms.demo.files import amount_text, csv_text
from transforms.demo.orders import Line, Order, happened
from transforms.demo.people import Customer

ORDER_HEADER_LINE = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,"
    "Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,"
    "Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,"
    "Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
    "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
CUSTOMER_HEADER_LINE = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,"
    "Default Address Province Code,Default Address Country Code,Default Address Zip,"
    "Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags,Language (customer.metafields.custom.language),"
    "Birthday (customer.metafields.custom.birthday),"
    "Push token (customer.metafields.custom.push_token),"
    "Accepts push marketing (customer.metafields.custom.accepts_push),"
    "Accepts phone marketing (customer.metafields.custom.accepts_phone),"
    "Accepts post marketing (customer.metafields.custom.accepts_post),"
    "Accepts birthday email (customer.metafields.custom.accepts_birthday),"
    "Accepts survey email (customer.metafields.custom.accepts_survey)"
)
ORDER_HEADER = tuple(ORDER_HEADER_LINE.split(","))
CUSTOMER_HEADER = tuple(CUSTOMER_HEADER_LINE.split(","))
VENDOR = "Suki Coffee & Tea"
SHIPPING_METHOD = {"PHP": "Lalakay Express", "THB": "Air parcel Asia", "PLN": "Air parcel Europe"}

Row = dict[str, str]
PesosOf = Callable[[int, str, date], int]


def order_rows(order: Order, exported_at: datetime) -> list[Row]:
    """One row per line as the export of that moment shows it; order cells on the first only."""
    rows = [_line_cells(order, line, exported_at) for line in order.lines]
    rows[0] |= _order_cells(order, exported_at) | _money_cells(order, exported_at)
    rows[0] |= _person_cells(order) | _till_cells(order)
    return rows


def orders_csv(rows: Iterable[Row]) -> bytes:
    """The rows under the exact header; a cell nobody filled is empty."""
    return csv_text(ORDER_HEADER, ([row.get(name, "") for name in ORDER_HEADER] for row in rows))


def customers_csv(shop: Shop, pesos_of: PesosOf) -> bytes:
    """One row per account; guests have none. Money is in the reporting currency, net of refunds."""
    orders_of: dict[int, list[Order]] = {}
    for order in shop.orders:
        if order.customer:
            orders_of.setdefault(order.customer.number, []).append(order)
    rows = [
        _customer_row(customer, orders_of.get(customer.number, []), pesos_of)
        for customer in shop.customers
        if customer.has_account
    ]
    return csv_text(CUSTOMER_HEADER, rows)


def moment_text(moment: datetime | None) -> str:
    """Manila time with its offset, as Shopify writes it: `2025-10-07 09:50:26 +0800`."""
    return f"{moment:%Y-%m-%d %H:%M:%S} +0800" if moment else ""


def _guarded(text: str) -> str:
    """Zips and telephone numbers get an apostrophe so that a spreadsheet leaves them alone."""
    return f"'{text}" if text else ""


def _line_cells(order: Order, line: Line, exported_at: datetime) -> Row:
    needs_parcel = order.channel != "pos"
    is_fulfilled = not needs_parcel or happened(order.shipped_at, exported_at)
    return {
        "Name": order.name,
        "Email": order.email,
        "Created at": moment_text(order.placed_at),
        "Lineitem quantity": str(line.quantity),
        "Lineitem name": line.product.name,
        "Lineitem price": amount_text(line.unit_price),
        "Lineitem sku": line.product.sku,
        "Lineitem requires shipping": "true" if needs_parcel else "false",
        "Lineitem taxable": "true" if order.currency == "PHP" else "false",
        "Lineitem fulfillment status": "fulfilled" if is_fulfilled else "pending",
        "Lineitem discount": "0.00",
        "Vendor": VENDOR,
    }


def _order_cells(order: Order, exported_at: datetime) -> Row:
    sent_at = order.placed_at if order.channel == "pos" else order.shipped_at
    is_sent = happened(sent_at, exported_at)
    return {
        "Financial Status": order.financial_status(exported_at),
        "Paid at": moment_text(order.paid_at if happened(order.paid_at, exported_at) else None),
        "Fulfillment Status": "fulfilled" if is_sent else "unfulfilled",
        "Fulfilled at": moment_text(sent_at if is_sent else None),
        "Shipping Method": SHIPPING_METHOD[order.currency] if order.channel != "pos" else "",
        "Notes": order.note,
        "Note Attributes": "gift: true" if order.note.startswith(("A gift", "Regalo")) else "",
        "Cancelled at": moment_text(
            order.cancelled_at if happened(order.cancelled_at, exported_at) else None
        ),
        "Payment Method": order.payment_method,
        "Id": order.shopify_id,
        "Tags": "wholesale, café" if order.channel == "shopify_draft_order" else "",
        "Risk Level": "Low",
        "Source": order.channel,
    }


def _money_cells(order: Order, exported_at: datetime) -> Row:
    is_open = order.financial_status(exported_at) == "pending"
    return {
        "Currency": order.currency,
        "Subtotal": amount_text(order.subtotal),
        "Shipping": amount_text(order.shipping),
        "Taxes": amount_text(order.tax),
        "Total": amount_text(order.total),
        "Discount Code": order.discount_code,
        "Discount Amount": amount_text(order.discount),
        "Refunded Amount": amount_text(order.refunded_by(exported_at)),
        "Outstanding Balance": amount_text(order.total if is_open else 0),
        "Tax 1 Name": "VAT 12%" if order.tax else "",
        "Tax 1 Value": amount_text(order.tax) if order.tax else "",
    }


def _person_cells(order: Order) -> Row:
    customer = order.customer
    if customer is None:
        return {}
    cells = {
        "Accepts Marketing": consent_at(customer, order.placed_at),
        "Phone": _guarded(customer.phone),
    }
    if order.channel == "pos":
        return cells
    city, postcode, province_code, province = customer.place
    for kind in ("Billing", "Shipping"):
        cells |= {
            f"{kind} Name": f"{customer.first_name} {customer.last_name}",
            f"{kind} Street": customer.street,
            f"{kind} Address1": customer.street,
            f"{kind} City": city,
            f"{kind} Zip": _guarded(postcode),
            f"{kind} Province": province_code,
            f"{kind} Country": customer.market.country,
            f"{kind} Phone": _guarded(customer.phone),
            f"{kind} Province Name": province,
        }
    return cells


def _till_cells(order: Order) -> Row:
    reference = f"c{order.number * 7_919_317:012d}.1"
    cells = {
        "Payment Reference": reference,
        "Payment ID": reference,
        "Payment References": reference,
    }
    if order.channel != "pos":
        return cells
    return cells | {
        "Employee": "Luz Timplada",
        "Location": "Escolta, Manila",
        "Device ID": "1",
        "Receipt Number": f"1-{order.number}",
    }


def consent_at(customer: Customer, moment: datetime) -> str:
    """`yes`, `no` or nothing: what the person had said about marketing e-mail by that moment."""
    if happened(customer.consent_withdrawn_at, moment):
        return "no"
    return customer.email_consent


def _customer_row(customer: Customer, orders: list[Order], pesos_of: PesosOf) -> list[str]:
    city, postcode, province_code, _ = customer.place
    kept = [
        pesos_of(
            order.total - sum(refund.amount for refund in order.refunds),
            order.currency,
            order.placed_at.date(),
        )
        for order in orders
        if order.cancelled_at is None
    ]
    tags = [f"lang:{customer.language}"]
    tags += ["wholesale"] if customer.is_cafe else []
    tags += ["suki"] if len(orders) >= 6 else []
    return [
        f"'{customer.shopify_id}", customer.first_name, customer.last_name,
        customer.emails[0] if customer.emails else "",
        "no" if customer.consent_withdrawn_at else customer.email_consent,
        "", customer.street, "", city, province_code, customer.market.country, _guarded(postcode),
        _guarded(customer.phone), _guarded(customer.phone), customer.sms_consent,
        amount_text(sum(kept)), str(len(orders)), "", "no", ", ".join(tags), customer.language,
        customer.birthday.isoformat() if customer.birthday else "", customer.push_token,
        customer.push_consent, customer.phone_consent, customer.post_consent, customer.birthday_consent,
        customer.survey_consent,
    ]  # fmt: skip
