"""What people write in the survey, by language and by how they feel about the shop."""

from __future__ import annotations

PLEASED, LUKEWARM, CROSS = "pleased", "lukewarm", "cross"

COMMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        PLEASED: (
            "Fresh beans, roasted two days before they arrived.",
            "Best Barako I can get delivered. My neighbours now order too!",
            "Great taste, careful packaging ☕",
            "Fast, friendly, and the grind was exactly right.",
        ),
        LUKEWARM: (
            "Good coffee, but shipping costs a lot for one bag.",
            "Fine. The tea was nicer than the coffee.",
            "It was okay, delivery took a few days longer than promised",
        ),
        CROSS: (
            "Parcel came late and the bag was torn.",
            "Too expensive, and nobody answered my message.",
            "The grinder broke after two weeks.\nStill waiting for the refund.",
        ),
    },
    "fil": {
        PLEASED: (
            "Sobrang sarap ng Barako, parang sa probinsya!",
            "Ang bilis ng delivery at ang bango ng kape ☕",
            "Sulit na sulit, suki na ako rito.",
            "Mabait ang tindera, maayos ang pagkakabalot.",
        ),
        LUKEWARM: (
            "Okay naman, pero medyo mahal ang shipping.",
            "Masarap ang kape, matagal lang dumating.",
            "Pwede na.",
        ),
        CROSS: (
            "Ang tagal dumating, basâ pa ang kahon.",
            "Mali ang pinadala sa akin, hindi pa rin napapalitan.",
            "Mahal, tapos luma na yata ang butil.",
        ),
    },
    "th": {
        PLEASED: (
            "กาแฟหอมมาก คั่วสดใหม่จริงๆ ค่ะ",
            "ส่งไว แพ็กของดี ประทับใจครับ",
            "รสชาติดี จะสั่งอีกแน่นอน ☕",
        ),
        LUKEWARM: ("กาแฟดี แต่ค่าส่งแพงไปหน่อย", "ก็โอเคค่ะ ของมาช้ากว่าที่บอก"),
        CROSS: ("ของมาช้ามาก กล่องบุบด้วย", "ส่งผิดรายการ ติดต่อแล้วยังไม่มีใครตอบ"),
    },
    "pl": {
        PLEASED: (
            "Świetna kawa, świeżo palona i pięknie zapakowana.",
            "Najlepsze ziarna, jakie piłam od lat!",
            "Szybki kontakt, wszystko zgodnie z opisem ☕",
        ),
        LUKEWARM: (
            "Kawa dobra, ale przesyłka trwała długo.",
            "W porządku; cena wysyłki trochę za wysoka.",
        ),
        CROSS: (
            "Paczka szła trzy tygodnie, pudełko uszkodzone.",
            "Za drogo, a na reklamację nikt nie odpowiedział.\nRozczarowanie.",
        ),
    },
}


def mood_of(score: int) -> str:
    """The mood of a comment that goes with the score; the usual groups of the question."""
    if score >= 9:
        return PLEASED
    return LUKEWARM if score >= 7 else CROSS
