-- Adherence: the proportion of days covered (PDC), of patients who have had a drug for a chronic condition for 30 days or more.
SELECT customer_id, share AS adherence, share >= 0.8 AS is_adherent, days AS days_prescribed, fills
FROM covered WHERE as_seen = 'now' AND days >= 30
