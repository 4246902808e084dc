-- A text with eight digits in a row or more, or an address of mail, after all that was done.
SELECT text_id FROM healthcare_texts WHERE regexp_like(text, '[0-9]{8,}|[A-Za-z0-9._-]+@[A-Za-z0-9-]+[.]')
UNION ALL
SELECT note_id FROM notes_redacted WHERE regexp_like(text, '[0-9]{8,}|[A-Za-z0-9._-]+@[A-Za-z0-9-]+[.]')
