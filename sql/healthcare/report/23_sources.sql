-- title: What the notes say
-- chart: column
-- x: condition
-- y: present, negated, family
-- note: Notes that say that a patient has it, has it not, or that a relative has it.
SELECT condition, sum(notes_present) AS present, sum(notes_negated) AS negated, sum(notes_family) AS family
FROM healthcare_indications GROUP BY condition ORDER BY condition
