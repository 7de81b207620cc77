"""Survey exports: header rows of every kind, scores, partial answers, previews."""

from __future__ import annotations

TYPEFORM = (
    "#,How likely are you to recommend us?,Other,Other,email,order_id,Response Type,Start Date (UTC),Stage Date (UTC),"
    "Submit Date (UTC),Network ID,Tags\n"
)
SURVEYMONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
    '"How likely is it that you would recommend us, honestly?",Which do you buy?,,,\n'
)
SECOND_ROW = ",,,,,,,,,Response,Tea,Coffee,Other (please specify),\n"
QUALTRICS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,UserLanguage,Q1,Q1_NPS_GROUP\n"
    "Start,Ende,Status,IP,Fortschritt,Dauer,Beendet,Aufgezeichnet,Antwort,Nachname,Vorname,Mail,Referenz,Sprache,"
    "How likely are you to recommend us?,How likely are you to recommend us? - Group\n"
    + ",".join(f'"{{""ImportId"":""QID{i}""}}"' for i in range(16))
    + "\n"
)


def response(
    token: str, score: str, kind: str = "completed", submitted: str = "2026-03-29 21:21:23"
) -> str:
    return f"{token},{score},red,blue,A@Example.com,'1001,{kind},2026-03-29 21:00:00,,{submitted},abc,\n"


def scores(result) -> list[int | None]:
    return result.tables["responses"]["score"].to_list()


def test_duplicate_headers_of_typeform_are_two_questions(read):
    answers = read(TYPEFORM + response("t1", "9"), feed="surveys").tables["answers"]
    others = answers.filter(question="Other").sort("question_number")
    assert others["answer"].to_list() == ["red", "blue"]
    assert others["question_number"].to_list() == [3, 4]


def test_hidden_fields_tie_a_response_to_a_person_and_an_order(read):
    result = read(TYPEFORM + response("t1", "9"), feed="surveys")
    assert result.tables["responses"]["order_id"].to_list() == ["1001"]
    assert result.tables["responses"]["email_key"].null_count() == 0


def test_a_partial_response_is_marked_and_dated_by_its_start(read):
    result = read(TYPEFORM + response("t1", "9", "partial", ""), feed="surveys")
    assert result.tables["responses"]["is_completed"].to_list() == [False]
    assert result.tables["responses"]["submitted_at"][0].hour == 21


def test_an_older_typeform_without_response_type_tells_partials_by_their_date(read):
    head = "#,How likely are you to recommend us?,Start Date (UTC),Submit Date (UTC),Network ID\n"
    rows = "a,9,2026-03-29 21:00:00,2026-03-29 21:01:00,x\nb,8,2026-03-29 21:00:00,,y\n"
    result = read(head + rows, feed="surveys")
    assert result.tables["responses"]["is_completed"].to_list() == [True, False]


def test_a_score_with_words_is_read_and_one_outside_the_scale_refused(read, told):
    rows = (
        response("a", "10 - Extremely likely")
        + response("b", "11")
        + response("c", "very")
        + response("d", "0")
    )
    result = read(TYPEFORM + rows, feed="surveys")
    assert scores(result) == [10, 0]
    assert (
        "row 3, column How likely are you to recommend us?: 11 is out of range; the whole response"
        in told(result)[0]
    )
    assert "very is unparseable" in told(result)[1]


def test_a_scale_of_five_is_left_out_and_the_response_kept(read, told):
    head = TYPEFORM.replace(
        "How likely are you to recommend us?", "How likely are you to recommend us (1 to 5)"
    )
    result = read(head + response("a", "5") + response("b", "4"), feed="surveys")
    assert scores(result) == [None, None]
    assert "5 is wrong scale; the value was left out, the rest kept" in told(result)[0]


def test_a_response_repeated_word_for_word_counts_once_and_a_changed_one_is_refused(read, told):
    result = read(
        TYPEFORM + response("a", "9") * 2 + response("b", "9") + response("b", "3"), feed="surveys"
    )
    assert result.tables["responses"]["response_id"].to_list() == ["a"]
    assert result.rows_ignored == 1
    assert "stands more than once in the file; the whole response is held back" in told(result)[0]


def test_questions_of_surveymonkey_stand_over_their_choices(read):
    rows = "101,7,2026-03-01 10:00:00,2026-03-01 10:01:00,,a@example.com,Ana,Cruz,,9,Tea,,Mate,\n"
    result = read(SURVEYMONKEY + SECOND_ROW + rows, feed="surveys")
    answers = result.tables["answers"]
    assert scores(result) == [9]
    assert answers.filter(answer="Tea")["question"].to_list() == ["Which do you buy? - Tea"]
    assert answers.filter(answer="Mate")["question"].to_list() == [
        "Which do you buy? - Other (please specify)"
    ]
    assert result.tables["responses"]["row_number"].to_list() == [3]


def test_the_condensed_layout_has_a_blank_second_row_or_none(read):
    head = "Respondent ID,Collector ID,Start Date,End Date,Email Address,How likely are you to recommend us?\n"
    row = "101,7,2026-03-01 10:00:00,2026-03-01 10:01:00,a@example.com,9\n"
    for between in (",,,,,\n", "\n", ""):
        result = read(head + between + row, feed="surveys")
        assert (scores(result), result.rows_read) == ([9], 1)


def test_an_export_of_two_header_rows_and_nothing_else_is_called_empty(read):
    assert read.refusal(SURVEYMONKEY + SECOND_ROW, feed="surveys") == (
        "has a header but no rows; nothing was exported"
    )


def test_american_dates_of_surveymonkey_wait_for_a_declaration(read):
    rows = "101,7,03/01/2026 10:00:00 AM,03/01/2026 10:01:00 AM,,a@example.com,Ana,Cruz,,9,Tea,,,\n"
    assert "could be day-month or month-day" in read.refusal(
        SURVEYMONKEY + SECOND_ROW + rows, feed="surveys"
    )


def test_qualtrics_has_three_header_rows_previews_are_ignored_and_unfinished_marked(read):
    def row(number: int, status: str, finished: str) -> str:
        return (
            f"2026-07-18 08:28:09,2026-07-18 08:29:00,{status},,100,51,{finished},2026-07-18 08:29:01,R_{number},"
            f"Cruz,Ana,a@example.com,C{number},EN,9,Promoter\n"
        )

    rows = (
        row(1, "0", "1")
        + row(2, "1", "1")
        + row(3, "Survey Preview", "True")
        + row(4, "IP Address", "False")
    )
    result = read(QUALTRICS + rows, feed="surveys")
    assert result.tables["responses"]["response_id"].to_list() == ["R_1", "R_4"]
    assert result.tables["responses"]["is_completed"].to_list() == [True, False]
    assert result.ignored == {"survey preview": 2}
    assert scores(result) == [9, 9]


def test_qualtrics_legacy_has_two_header_rows_a_mark_and_a_trailing_comma(read):
    head = "\ufeff" + ",".join(f"V{i}" for i in range(1, 11)) + ",\n"
    head += "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,EndDate,Finished,\n"
    row = "R_1,Default,,C1,a@example.com,,0,2017-07-18 08:28:09,2017-07-18 08:29:00,1,\n"
    result = read(head + row, feed="surveys")
    assert result.definition.source == "qualtrics_legacy"
    assert result.tables["responses"]["row_number"].to_list() == [3]


def test_google_forms_make_ids_without_showing_the_address_and_take_blank_ones(read):
    head = "Timestamp,Email Address,How likely are you to recommend us?\n"
    rows = "2021/04/27 11:02:10 AM GMT+2,a@example.com,9\n2021/04/27 11:02:10 AM GMT+2,,8\n"
    result = read(head + rows, feed="surveys")
    ids = result.tables["responses"]["response_id"].to_list()
    assert len(set(ids)) == 2
    assert not any("example" in value for value in ids)
    assert scores(result) == [9, 8]


def test_a_survey_without_a_known_header_names_the_closest_source(read):
    message = read.refusal("Respondent,Collector ID,Start Date,End Date\n1,2,3,4\n", feed="surveys")
    assert (
        "closest is 'surveymonkey', but the file lacks 'Respondent ID' (closest header: 'Respondent')"
        in message
    )
