"""What stands around every customer message and on the unsubscribe page, in the four languages.

Wording lives here: what a translator reads. Names in braces are filled in and stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FooterWords:
    """The foot of a message. `why` says, per purpose, why the reader gets it."""

    why: dict[str, str]
    stop: str
    sent_by: str


@dataclass(frozen=True)
class PageWords:
    """The page behind the unsubscribe link."""

    title: str
    question: str
    stop: str
    stop_all: str
    done: str
    unknown: str


FOOTERS = {
    "en": FooterWords(
        why={
            "marketing": "You get this message because you agreed to hear from {shop}.",
            "birthday": "You get this message because you agreed to birthday greetings from {shop}.",
            "survey": "You get this message because you agreed that {shop} may ask your opinion.",
            "service": "You get this message because of your purchase at {shop}.",
        },
        stop="Unsubscribe",
        sent_by="Sent by {sender}, {address}",
    ),
    "fil": FooterWords(
        why={
            "marketing": "Natatanggap po ninyo ito dahil pumayag kayong makatanggap ng balita mula sa {shop}.",
            "birthday": "Natatanggap po ninyo ito dahil pumayag kayong batiin ng {shop} sa inyong kaarawan.",
            "survey": "Natatanggap po ninyo ito dahil pumayag kayong hingan ng opinyon ng {shop}.",
            "service": "Natatanggap po ninyo ito dahil sa inyong pagbili sa {shop}.",
        },
        stop="Mag-unsubscribe",
        sent_by="Ipinadala ng {sender}, {address}",
    ),
    "th": FooterWords(
        why={
            "marketing": "คุณได้รับข้อความนี้เพราะคุณยินยอมรับข่าวสารจาก {shop}",
            "birthday": "คุณได้รับข้อความนี้เพราะคุณยินยอมรับคำอวยพรวันเกิดจาก {shop}",
            "survey": "คุณได้รับข้อความนี้เพราะคุณยินยอมให้ {shop} สอบถามความคิดเห็น",
            "service": "คุณได้รับข้อความนี้เนื่องจากคุณซื้อสินค้าจาก {shop}",
        },
        stop="ยกเลิกการรับข้อความ",
        sent_by="ส่งโดย {sender}, {address}",
    ),
    "pl": FooterWords(
        why={
            "marketing": "Otrzymujesz tę wiadomość, ponieważ wyrażono zgodę na wiadomości od {shop}.",
            "birthday": "Otrzymujesz tę wiadomość, ponieważ wyrażono zgodę na życzenia urodzinowe od {shop}.",
            "survey": "Otrzymujesz tę wiadomość, ponieważ wyrażono zgodę na pytania o opinię od {shop}.",
            "service": "Otrzymujesz tę wiadomość w związku z zakupem w {shop}.",
        },
        stop="Wypisz się",
        sent_by="Nadawca: {sender}, {address}",
    ),
}

PAGES = {
    "en": PageWords(
        title="Unsubscribe",
        question="Do you want to stop messages of this kind from {shop}?",
        stop="Stop these messages",
        stop_all="Stop all messages from {shop}",
        done="Done. You will not get these messages from {shop} any more. One that is on its way may still arrive.",
        unknown="This link is not complete. Please open it from the message again, or reply to the message.",
    ),
    "fil": PageWords(
        title="Mag-unsubscribe",
        question="Nais po ba ninyong itigil ang ganitong mga mensahe mula sa {shop}?",
        stop="Itigil po ang mga mensaheng ito",
        stop_all="Itigil po ang lahat ng mensahe mula sa {shop}",
        done="Tapos na po. Hindi na po kayo padadalhan nito ng {shop}. Maaaring may dumating pang naipadala na.",
        unknown="Kulang po ang link na ito. Buksan po itong muli mula sa mensahe, o sagutin ang mensahe.",
    ),
    "th": PageWords(
        title="ยกเลิกการรับข้อความ",
        question="คุณต้องการหยุดรับข้อความประเภทนี้จาก {shop} หรือไม่",
        stop="หยุดรับข้อความเหล่านี้",
        stop_all="หยุดรับข้อความทั้งหมดจาก {shop}",
        done="เรียบร้อยแล้ว คุณจะไม่ได้รับข้อความเหล่านี้จาก {shop} อีก ข้อความที่ส่งไปแล้วอาจยังมาถึง",
        unknown="ลิงก์นี้ไม่สมบูรณ์ โปรดเปิดจากข้อความอีกครั้ง หรือตอบกลับข้อความนั้น",
    ),
    "pl": PageWords(
        title="Wypisanie",
        question="Czy nie chcesz już dostawać takich wiadomości od {shop}?",
        stop="Nie chcę tych wiadomości",
        stop_all="Nie chcę żadnych wiadomości od {shop}",
        done="Gotowe. Nie będziesz już dostawać tych wiadomości od {shop}. Wysłana wcześniej może jeszcze dotrzeć.",
        unknown="Ten link jest niepełny. Otwórz go ponownie z wiadomości albo odpowiedz na nią.",
    ),
}
