{{ standing_answers(ref('int_survey_periods')) }}
