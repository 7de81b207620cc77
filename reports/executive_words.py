"""What the executive mail calls goals, components, states, themes and voices."""

from __future__ import annotations

from reports.words import N_, _, title_of

BRIDGE = {
    "lost": N_("Did not buy this time"),
    "less": N_("Bought less"),
    "more": N_("Bought more"),
    "returned": N_("Came back after a pause"),
    "new": N_("New customers"),
    "unidentified": N_("Guests nobody can name"),
}

STATES = {
    "prospect": N_("prospect"),
    "new": N_("new"),
    "active": N_("active"),
    "at_risk": N_("at risk"),
    "lapsed": N_("lapsed"),
    "reactivated": N_("back again"),
}

MOVES = {
    "slipped": N_("Slipped"),
    "back": N_("Came back"),
    "joined": N_("Joined"),
}

THEMES = {
    "delivery": N_("Delivery"),
    "packaging": N_("Packaging"),
    "damaged_item": N_("Damaged item"),
    "wrong_item": N_("Wrong or missing item"),
    "price": N_("Price"),
    "product_quality": N_("Product quality"),
    "taste_and_fit": N_("Taste, fit and size"),
    "customer_service": N_("Customer service"),
    "returns_and_refunds": N_("Returns and refunds"),
    "payment_and_invoice": N_("Payment and invoice"),
    "website_and_app": N_("Website and app"),
    "stock": N_("Availability and range"),
    "loyalty_and_rewards": N_("Loyalty and rewards"),
    "praise": N_("General praise"),
    "dissatisfaction": N_("General dissatisfaction"),
    "unclassified": N_("Something else"),
}

VOICES = {
    "promoter": N_("A promoter (9 or 10)"),
    "passive": N_("A passive (7 or 8)"),
    "detractor": N_("A detractor (0 to 6)"),
}


def bridge_words(component: str) -> str:
    """What a step of the revenue bridge is called."""
    return title_of(component, BRIDGE)


def state_words(state: str | None) -> str:
    """What a lifecycle state is called in a sentence."""
    return title_of(state, STATES) if state in STATES else title_of(state or "prospect", {})


def move_words(name: str) -> str:
    """What a direction of movement is called."""
    return title_of(name, MOVES)


def theme_words(theme: str) -> str:
    """What a theme is called; a shop may add its own."""
    return title_of(theme, THEMES)


def voice_words(score_group: str | None) -> str:
    """Who says it: by the group of the score given, never by name."""
    return title_of(score_group, VOICES) if score_group in VOICES else _("A customer")
