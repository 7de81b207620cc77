"""What other tools import: their published rules, and nobody who has not agreed."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.import_shapes import Shaped, shaped, write_shaped
from reports.import_vendors import META_TEMPLATE, clip

#: Meta's example, in two parts: mailboxes in fixtures are at reserved domains alone.
META_MAILBOX = ("John_Smith", "gmail.com")
VENDORS = ("klaviyo", "mailchimp", "meta")
AGREED = dict.fromkeys(
    ("email_consent", "sms_consent", "phone_consent", "push_consent", "post_consent", "birthday_consent"), True
)  # fmt: skip
SCHEMA: dict[str, Any] = {
    "customer_id": pl.String, "email": pl.String, "phone": pl.String, "push_token": pl.String,
    "first_name": pl.String, "last_name": pl.String, "language": pl.String, "country": pl.String,
    "birthday": pl.Date, "address_line": pl.String, "city": pl.String, "postal_code": pl.String,
    "region": pl.String, "address_country": pl.String, **dict.fromkeys(AGREED, pl.Boolean),
}  # fmt: skip
ANA = {
    "customer_id": "c1", "email": "ana@example.com", "phone": "+639171234567", "first_name": "Ana",
    "last_name": "Barakoña", "language": "fil", "country": "PH", "birthday": date(1990, 2, 16),
    "address_line": "1701 Bristol Ave.", "city": "Barrington", "region": "Rhode Island",
    "postal_code": "02806", "address_country": "US", "push_token": "device-1", **AGREED,
}  # fmt: skip


def people(*rows: dict[str, Any], **more: Any) -> pl.DataFrame:
    """A list of made-up people; each is Ana but for what is said of them."""
    each = [ANA | {"customer_id": f"c{n}", **row} for n, row in enumerate(rows or ({},), 1)]
    return pl.DataFrame(each, schema=SCHEMA | more)


def cells(made: Shaped, folder: Path, file_format: str = "csv") -> list[list[str]]:
    """The file as a CSV reader sees it."""
    (written,) = write_shaped(made, folder / "list.csv", file_format)
    return list(csv.reader(io.StringIO(written.path.read_text(encoding="utf-8"), newline="")))


def records(made: Shaped, folder: Path) -> list[dict[str, str]]:
    header, *rows = cells(made, folder)
    return [dict(zip(header, row, strict=True)) for row in rows]


# --- Klaviyo


def test_klaviyo_gets_its_first_column_and_values_in_its_formats(tmp_path: Path) -> None:
    frame = people({"first_name": "Łukasz"}).with_columns(
        due_date=date(2026, 10, 31), amount=pl.lit("1250.50").cast(pl.Decimal(18, 4)), days=30,
        theme=pl.lit(["apples", "bananas"]), internal_note=pl.lit("not for others"),
    )  # fmt: skip
    made = shaped(frame, "klaviyo")
    assert cells(made, tmp_path)[0][:4] == ["Email", "Phone Number", "First Name", "Last Name"]
    (row,) = records(made, tmp_path)
    assert row["Email"] == "ana@example.com"
    assert row["Phone Number"] == "+639171234567"
    assert row["First Name"] == "Łukasz"
    assert row["Birthday"] == "1990-02-16"
    assert (row["due_date"], row["amount"], row["days"]) == ("2026-10-31", "1250.5000", "30")
    # The array and the consent are the examples of help.klaviyo.com 8557592023451.
    assert row["theme"] == '["apples","bananas"]'
    assert row["Consent"] == '["email","sms"]'
    assert "customer_id" not in row
    assert "internal_note" not in row


def test_klaviyo_hears_of_a_subscription_only_where_marketing_was_agreed_to(tmp_path: Path) -> None:
    by_mail = records(shaped(people({"sms_consent": False}), "klaviyo"), tmp_path)
    assert [(r["Phone Number"], r["Consent"]) for r in by_mail] == [("", '["email"]')]
    (survey,) = records(shaped(people(), "klaviyo", purpose="survey"), tmp_path)
    assert "Consent" not in survey


def test_klaviyo_takes_a_row_with_a_number_alone_and_none_with_nothing(tmp_path: Path) -> None:
    made = shaped(
        people(
            {"email": None},
            {"email": None, "phone": None},
            {"email": None, "phone": "0917 765 4321"},
            {"email_consent": False, "phone": "+639170000001"},
        ),
        "klaviyo",
    )
    assert [(r["Email"], r["Phone Number"]) for r in records(made, tmp_path)] == [
        ("", "+639171234567"),
        ("", "+639170000001"),
    ]
    assert made.left_out == {"no_address": 2}


def test_a_number_of_two_people_stands_once_and_the_second_keeps_the_mailbox(
    tmp_path: Path,
) -> None:
    made = shaped(people({}, {"email": "bo@example.com"}, {"email": None}), "klaviyo")
    assert [(r["Email"], r["Phone Number"]) for r in records(made, tmp_path)] == [
        ("ana@example.com", "+639171234567"),
        ("bo@example.com", ""),
    ]
    assert made.left_out == {"same_address": 1}


def test_klaviyo_files_above_its_limit_come_in_parts_that_hold_everybody(tmp_path: Path) -> None:
    crowd = people(*({"email": f"buyer{n}@example.com", "phone": None} for n in range(200)))
    whole = shaped(crowd, "klaviyo")
    limited = Shaped(**{**vars(whole), "limit_bytes": 5_000})
    files = write_shaped(limited, tmp_path / "list.csv", "csv")
    assert len(files) > 1
    assert files[0].path.name == "list_part1.csv"
    read = [list(csv.DictReader(f.path.open(encoding="utf-8", newline=""))) for f in files]
    assert all(f.path.stat().st_size <= 5_000 for f in files)
    assert [row["Email"] for part in read for row in part] == whole.rows["Email"].to_list()
    assert [len(part) for part in read] == [f.rows for f in files]


# --- Mailchimp


def test_mailchimp_gets_the_address_of_its_own_example_in_one_cell(tmp_path: Path) -> None:
    """kb.mailchimp.com/lists/growth/format-list-fields: parts two spaces apart, country last."""
    (row,) = records(shaped(people({"address_country": "USA"}), "mailchimp"), tmp_path)
    assert row["Address"] == "1701 Bristol Ave.  Barrington  Rhode Island  02806  USA"
    assert row["Birthday"] == "02/16"
    assert list(row)[:3] == ["Email Address", "First Name", "Last Name"]


def test_inner_spaces_of_an_address_do_not_part_it(tmp_path: Path) -> None:
    doubled = {"address_line": "12  Mabango \n Ave.", "region": None}
    (row,) = records(shaped(people(doubled), "mailchimp"), tmp_path)
    assert row["Address"] == "12 Mabango Ave.  Barrington  02806  US"


def test_mailchimp_does_not_get_letters_beyond_ascii_before_the_at_sign(tmp_path: Path) -> None:
    made = shaped(
        people({"email": "żaneta@example.com"}, {"email": "bo@żółw.example.com"}), "mailchimp"
    )
    assert [r["Email Address"] for r in records(made, tmp_path)] == ["bo@żółw.example.com"]
    assert made.left_out == {"unsupported_address": 1}


@given(
    st.text(alphabet=st.sampled_from("aŁกานี้ี๊é\u0301🫖'=-"), min_size=1, max_size=20),
    st.integers(1, 300),
)
@example("e\u0301", 1).via("fits")
@example("ae\u0301e\u0301", 60).via("the cut falls between a letter and its mark")
def test_a_clipped_text_is_a_beginning_in_whole_letters(piece: str, times: int) -> None:
    text = piece * times
    cut = clip(text)
    assert text.startswith(cut)
    assert len(cut.encode()) <= 255 - text.startswith(("=", "-"))
    marks = "\u0301\u0e49\u0e35\u0e4a"
    rest = text[len(cut) :]
    assert not rest or rest[0] not in marks or not cut.strip(marks)
    assert rest or len(text.encode()) <= 255


def test_names_clipped_for_mailchimp_are_counted(tmp_path: Path) -> None:
    made = shaped(people({"last_name": "ก" * 90}, {"email": "bo@example.com"}), "mailchimp")
    assert records(made, tmp_path)[0]["Last Name"] == "ก" * 85
    assert made.blanked == {"text_clipped": 1}


# --- Meta: examples published in "Customer Information Parameters" of the Conversions API,
# developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters


@pytest.mark.parametrize(
    ("column", "value", "header", "digest"),
    [
        ("email", "@".join(META_MAILBOX), "email",
         "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        ("phone", "+16505551212", "phone",
         "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("first_name", "Mary", "fn",
         "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("first_name", "정", "fn",
         "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("first_name", "Vale\u0301ry", "fn",
         "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("country", "US", "country",
         "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ],
)  # fmt: skip
def test_meta_gets_the_hashes_of_its_own_examples(
    column: str, value: str, header: str, digest: str
) -> None:
    assert shaped(people({column: value}), "meta").rows[header].to_list() == [digest]


@pytest.mark.parametrize(
    ("said", "header", "normal"),
    [
        ({"city": "New York"}, "ct", "newyork"),
        ({"region": "CA"}, "st", "ca"),
        ({"postal_code": "94035-1234", "address_country": "US"}, "zip", "94035"),
        ({"postal_code": "M1 1AE", "address_country": "GB"}, "zip", "m11ae"),
        ({"postal_code": "75018", "address_country": "FR"}, "zip", "75018"),
        ({"postal_code": "30-002", "address_country": "PL"}, "zip", "30002"),
        ({"last_name": "O'Brien"}, "ln", "obrien"),
        ({"last_name": "Mączyński-Kubek"}, "ln", "mączyńskikubek"),
        ({"first_name": "พิมพ์ใจ"}, "fn", "พิมพ์ใจ"),
    ],
)
def test_meta_compares_with_the_normal_forms_it_publishes(
    said: dict[str, str], header: str, normal: str
) -> None:
    expected = hashlib.sha256(normal.encode()).hexdigest()
    assert shaped(people(said), "meta").rows[header].to_list() == [expected]


def test_meta_gets_its_template_and_no_id_of_ours_and_nothing_readable(tmp_path: Path) -> None:
    header, row = cells(shaped(people(), "meta"), tmp_path)
    assert header == [
        "email", "email", "email", "phone", "phone", "phone", "madid", "fn", "ln", "zip", "ct", "st",
        "country", "dob", "doby", "gen", "age", "uid",
    ]  # fmt: skip
    assert all(
        cell == "" or (len(cell) == 64 and set(cell) <= set("0123456789abcdef")) for cell in row
    )
    assert "value" not in META_TEMPLATE


def test_a_value_list_of_meta_tells_the_value_as_it_is(tmp_path: Path) -> None:
    frame = people({}, {"email": "bo@example.com"}, {"email": "cy@example.com"}).with_columns(
        net_sales_amount=pl.Series([Decimal("35.50"), None, Decimal("-2")])
    )
    made = shaped(frame.with_columns(phone=None), "meta", value_column="net_sales_amount")
    header, row = cells(made, tmp_path)
    assert (header[-1], row[-1]) == ("value", "35.50")
    assert made.left_out == {"negative_value": 1, "no_value": 1}
    with pytest.raises(ValueError, match="no column of numbers 'first_name'"):
        shaped(people(), "meta", value_column="first_name")
    with pytest.raises(ValueError, match="belongs to the shape meta"):
        shaped(people(), "klaviyo", value_column="net_sales_amount")


def test_a_short_list_for_meta_is_made_and_warned_of() -> None:
    crowd = [{"email": f"buyer{n}@example.com", "phone": None} for n in range(100)]
    assert shaped(people(*crowd), "meta").warnings == ()
    assert "99 people" in shaped(people(*crowd[:99]), "meta").warnings[0]


def test_meta_hears_of_an_address_only_where_letters_were_agreed_to() -> None:
    rows = shaped(people({"post_consent": False}), "meta").rows
    assert rows.select("zip", "ct", "st").row(0) == (None, None, None)
    assert rows["country"].null_count() == 0


# --- every shape


def test_a_plain_list_keeps_everybody_and_shows_an_address_only_with_consent(
    tmp_path: Path,
) -> None:
    nobody_asked = dict.fromkeys(AGREED, None)
    made = shaped(
        people({}, nobody_asked, {"sms_consent": False, "push_consent": False}).with_columns(
            reason=pl.lit("last order 3 days ago")
        ),
        "plain",
    )
    full, unasked, called = records(made, tmp_path)
    assert full["email"] == "ana@example.com"
    shown = ("email", "phone", "push_token", "birthday", "address_line", "city", "postal_code")
    assert [unasked[name] for name in shown] == [""] * 7
    assert (called["phone"], called["push_token"]) == ("+639171234567", "")
    assert unasked["reason"] == "last order 3 days ago"
    assert unasked["email_consent"] == "false"
    assert made.blanked == {
        "email": 1,
        "phone": 1,
        "push_token": 2,
        "address_line": 1,
        "birthday": 1,
    }
    assert made.rows.height == 3


@pytest.mark.parametrize("shape", VENDORS)
def test_a_list_without_consent_columns_goes_to_no_tool(shape: str) -> None:
    silent = people({}, {"email": "bo@example.com"}).drop(list(AGREED))
    made = shaped(silent, shape)
    assert made.rows.height == 0
    assert made.left_out == {"no_consent": 2}
    assert shaped(silent, "plain").rows["email"].to_list() == [None, None]


@pytest.mark.parametrize("shape", VENDORS)
def test_the_reason_somebody_is_left_out_for_is_the_arbiters_own(shape: str) -> None:
    frame = people(
        {}, {"email_consent": False, "sms_consent": False}, {"phone": None}, {"phone": None}
    )
    frame = frame.with_columns(
        outcome=pl.Series(["send", "send", "global_holdout", None]),
        email_refusal=pl.Series([None, "unsubscribed", None, None]),
    )
    made = shaped(frame, shape)
    assert made.left_out == {"global_holdout": 1, "undecided": 1, "unsubscribed": 1}
    assert made.rows.height == 1
    assert shaped(frame, "plain").rows["email"].to_list() == ["ana@example.com", None, None, None]


@pytest.mark.parametrize("shape", VENDORS)
def test_an_address_that_is_none_and_one_that_is_a_formula_go_nowhere(shape: str) -> None:
    broken = ["ana at example.com", "a@b", "=cmd|x@example.com", "@example.com", ""]
    made = shaped(people(*({"email": one, "phone": None} for one in broken)), shape)
    assert made.rows.height == 0
    assert sum(made.left_out.values()) == 5
    assert set(made.left_out) == {"not_an_address", "unsafe_address"}


@pytest.mark.parametrize("shape", ["klaviyo", "mailchimp"])
@pytest.mark.parametrize(
    "name",
    ['=HYPERLINK("http://x.example.com")', "<b>Ana</b>", "{{ person.email }}", "*|EMAIL|*", "+1"],
)
def test_a_name_that_is_code_is_left_blank_in_another_tool(
    tmp_path: Path, shape: str, name: str
) -> None:
    made = shaped(people({"first_name": name}), shape)
    assert records(made, tmp_path)[0]["First Name"] == ""
    assert made.blanked == {"name_that_is_code": 1}


def test_a_formula_in_a_plain_list_is_text_to_a_spreadsheet(tmp_path: Path) -> None:
    rows = records(shaped(people({"first_name": "=1+1", "last_name": "<i>"}), "plain"), tmp_path)
    assert (rows[0]["first_name"], rows[0]["last_name"]) == ("'=1+1", "<i>")
    assert rows[0]["phone"] == "+639171234567"


NAMES = st.text(alphabet=st.sampled_from("aB Łกี,\"'\n=+-@<é"), max_size=8)
MAILS = st.sampled_from(
    [None, "ana@example.com", "ANA@example.com", " Ana@Example.com", "bo@example.com", "nobody", "=x@example.com"]
)  # fmt: skip
PHONES = st.sampled_from([None, "+639171234567", "+48512345678", "0917 123 4567", "+1|calc"])
WORDS = st.sampled_from([True, False, None])
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"email": MAILS, "phone": PHONES, "first_name": NAMES, "email_consent": WORDS, "sms_consent": WORDS}
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(PEOPLE, st.sampled_from(VENDORS))
def test_nobody_without_consent_and_no_address_twice_and_everybody_counted(
    rows: list[dict[str, Any]], shape: str
) -> None:
    frame = people(*rows)
    made = shaped(frame, shape)
    mail, phone = {"klaviyo": ("Email", "Phone Number"), "mailchimp": ("Email Address", None),
                   "meta": ("email", "phone")}[shape]  # fmt: skip

    def known(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest() if shape == "meta" else text

    agreed_mails = {
        known(r["email"].strip().lower()) for r in rows if r["email"] and r["email_consent"]
    }
    agreed_phones = {
        known(r["phone"].lstrip("+") if shape == "meta" else r["phone"])
        for r in rows if r["phone"] and r["sms_consent"]
    }  # fmt: skip
    mails = made.rows[mail].drop_nulls().to_list()
    assert set(mails) <= agreed_mails
    assert len({one.lower() for one in mails}) == len(mails)
    if phone:
        numbers = made.rows[phone].drop_nulls().to_list()
        assert set(numbers) <= agreed_phones
        assert len(set(numbers)) == len(numbers)
    assert made.rows.height + sum(made.left_out.values()) == frame.height


@settings(deadline=None, max_examples=30)
@given(PEOPLE, st.sampled_from(("plain", *VENDORS)))
def test_a_csv_read_again_holds_the_rows_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], shape: str
) -> None:
    made = shaped(people(*rows), shape)
    header, *read = cells(made, tmp_path_factory.mktemp("csv"))
    assert header == list(made.headers)
    written = [
        ["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row]
        for row in made.rows.rows()
    ]
    unescaped = [
        [c[1:] if c.startswith("'") and w != c else c for c, w in zip(row, plain, strict=True)]
        for row, plain in zip(read, written, strict=True)
    ]
    assert unescaped == written


def test_a_file_is_its_owners_alone_and_a_parquet_holds_the_values(tmp_path: Path) -> None:
    made = shaped(people({"first_name": "Żaneta"}), "klaviyo")
    (text,) = write_shaped(made, tmp_path / "list.csv", "csv")
    (typed,) = write_shaped(made, tmp_path / "list.parquet", "parquet")
    for one in (text, typed):
        assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
        assert one.sha256 == hashlib.sha256(one.path.read_bytes()).hexdigest()
        assert one.rows == 1
    assert pl.read_parquet(typed.path).equals(made.rows)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["list.csv", "list.parquet"]


def test_the_mark_for_spreadsheets_is_never_put_before_an_importers_header(tmp_path: Path) -> None:
    plain, vendor = shaped(people(), "plain"), shaped(people(), "mailchimp")
    (marked,) = write_shaped(plain, tmp_path / "list.csv", "csv", byte_order_mark=True)
    assert marked.path.read_bytes().startswith(b"\xef\xbb\xbfcustomer_id,")
    for made, file_format in ((vendor, "csv"), (plain, "parquet")):
        with pytest.raises(ValueError, match="plain CSV file only"):
            write_shaped(made, tmp_path / "other", file_format, byte_order_mark=True)


def test_an_unknown_shape_or_format_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'hubspot'; there are plain, klaviyo, mailchimp, meta"):
        shaped(people(), "hubspot")
    with pytest.raises(ValueError, match="'xlsx'; there are csv, parquet"):
        write_shaped(shaped(people(), "plain"), tmp_path / "list.xlsx", "xlsx")


@pytest.mark.parametrize("shape", ["plain", *VENDORS])
def test_a_list_of_nobody_is_a_header(tmp_path: Path, shape: str) -> None:
    made = shaped(people().clear(), shape)
    assert cells(made, tmp_path) == [list(made.headers)]
