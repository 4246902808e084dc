-- The steps on the way to a paying customer, in their order.
SELECT * FROM (VALUES
    (1, 'visit'), (2, 'signup'), (3, 'verify_email'), (4, 'create_project'),
    (5, 'import_data'), (6, 'first_report'), (7, 'invite_member'), (8, 'upgrade')
) AS steps(step_no, step)
