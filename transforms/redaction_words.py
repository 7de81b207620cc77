"""Words that redaction must know: those that are names as well, and those that announce a name."""

from __future__ import annotations


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Folded words that are also first or last names, per language; the words of `themes.yml` come on top.
ORDINARY: dict[str, frozenset[str]] = {
    "en": _listed(
        "able angel april art august baker bean beans bell best bill bird black blue book bush"
        " chance church clay coffee cook cross cup day dear early faith"
        " fair field fox free ginger gold grace grant gray green guy hall happy hill home"
        " honey hope house hunt ivy jasmine joy june king kind lane last law like little long"
        " love major may melody mercy mill mint moon more much my new next noble north now"
        " olive page park pearl pepper price read rich rice rose ruby sage savage see"
        " sharp shore short singer small so son song south spring star stone storm summer sun sunday"
        " sunny sweet tea temple the then time true van water way west"
        " white will winter wise wood work worth year you young"
    ),
    "fil": _listed(
        "alam araw ayos bata buo ganda joy kape lahat lola lolo luma linis mabuti magandang marami mas"
        " ngayon opo pala puti salamat tama tao"
    ),
    "pl": _listed(
        "baran bialy biala bo bez boba czarny czarna dab drogi duda dziki dzik gora golab grosz jak"
        " kawa kawy kawe kot kos koza krol kubek kwiat las lis mala maly mazur mlody mroz na nowa nowy"
        " pan pani polak polska pajak ptak rak roza rybak sikora sokol sowa sroka stary szary szewc tak"
        " to wielki wilk wiosna wrobel zima zajac zielony zloty"
    ),
    "th": _listed(
        "กาแฟ แก้ว ขาว ของ ข้าว ครู คน งาม จริง ใจ ชา ชาย ดวง ดาว ดำ ดี เดือน แดง ต้น ทอง ทราย ธรรม น้ำ"
        " นา นาน ใน บุญ เบา ปี ป่า ฝน พร พอ ฟ้า มา มาก มี เมฆ แม่ ไม้ รัก ลม ลูก วัน ไว สด ส้ม สวย สาย สี สุข"
        " แสง หญิง หนึ่ง หนู หวาน หอม หิน ใหม่ ใหญ่ อร่อย อ้อย อุ่น"
    ),
}

#: Folded words of grammar, per language: with one of them a sentence may begin, whoever is called so.
GRAMMAR: dict[str, frozenset[str]] = {
    "en": _listed(
        "a about after again all also always am an and any are as at back be because been before both"
        " but by can come could did do each even every few first for from get give go good got had has"
        " have he her here him his how i if im in into is it its just last let made make many me more"
        " most much must my need never next no not now of off often on once one only or other our out"
        " over own same she should since so some soon still such than that the their them then there"
        " these they thing this those three to too two under until up us very was we were what when"
        " where which while who why with would yes yet you your"
    ),
    "fil": _listed(
        "ako akin ang ano at ay baka bago dahil di din dito doon eh ganun ganyan habang hindi ikaw ito"
        " iyon ka kahit kami kapag kasi kay kaya ko kung lahat lang mag man may mayroon mga mo na naman"
        " nang ng nga ni nila nito nung pa pag para pati pero po rin sa sana sila sir siya sobrang tapos"
        " tas tayo ulit wala walang yan yung"
    ),
    "pl": _listed(
        "a ale bardzo bez by byl byla bylo co czy dla do gdy go i ich ile ja jak jest jestem jego jej"
        " juz ktora ktory kiedy ma mam mi mnie mu my na nie nic niz o od ona oni oraz po przez przy sa"
        " sie tak ta tam te tego ten teraz to troche tu ty tylko u w wiec wszystko wy z za ze"
    ),
}

#: Folded words after which a capital letter begins a name, whoever it belongs to.
ANNOUNCING: dict[str | None, frozenset[str]] = {
    None: _listed("mr mrs ms dr sir madam ma'am"),
    "en": _listed("miss"),
    "fil": _listed("si ni kay sina nina kina kuya ate mang aling manong manang tita tito"),
    "pl": _listed("pan pani pana panu panem panie pania panstwo panstwa"),
}

#: Thai words that stand right before a name, and those that may follow it in a sentence.
THAI_ANNOUNCING = ("คุณ", "พี่", "น้อง", "ป้า", "ลุง", "น้า", "นางสาว", "นาย", "นาง", "ช่าง", "ครู", "หมอ")
THAI_FOLLOWING = ("ค่ะ", "คะ", "ครับ", "นะ", "จ้า", "จ้ะ", "เลย", "ด้วย", "และ", "กับ")

#: Parts of names that tell nobody apart.
PARTICLES = _listed(
    "al bin da das de del dela della den der di dos du el la las le los san santa st ter van von y"
)
#: Endings of Polish cases, folded.
POLISH_ENDINGS = _listed(
    "a e i o u y ach ami ego ej em emu ie iem iemu ia iego iej im imi iu om ow owa owej owi owie owy ym ymi ze"
)
#: Questions of a survey, in small letters, whose answers are somebody's name.
NAME_QUESTIONS = (
    "name", "first name", "last name", "full name", "your name", "first_name", "last_name", "full_name",
    "given name", "family name", "surname", "customer name", "customer_name", "recipientfirstname",
    "recipientlastname", "imie", "imię", "nazwisko", "imie i nazwisko", "imię i nazwisko", "pangalan",
    "ชื่อ", "ชื่อ-นามสกุล",
)  # fmt: skip
