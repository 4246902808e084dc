-- The profile: a customer a row.
SELECT
    e.customer_id,
    CAST($as_of AS DATE) AS as_of,
    e.name,
    e.city,
    date_part('year', CAST($as_of AS DATE)) - date_part('year', e.birth_date) AS age,
    e.joined_at,
    e.accounts,
    e.account_channels,
    q.acquisition_source,
    q.role,
    q.company_size,
    f.funnel_step,
    f.funnel_step_no,
    f.hours_to_first_report,
    coalesce(p.plan, 'free') AS plan,
    coalesce(p.monthly_price, 0) AS monthly_price,
    coalesce(p.seats, 1) AS seats,
    coalesce(p.paid_to_date, 0) AS paid_to_date,
    x.plan_fit,
    u.uses,
    u.features,
    u.feature_diversity,
    u.minutes,
    u.errors,
    u.errors_per_use,
    u.team_share,
    u.automation_share,
    b.sessions,
    b.active_days,
    b.logins,
    b.logins_30_days,
    b.last_login_at,
    b.days_since_login,
    b.last_seen_at,
    b.session_seconds,
    b.days_between_sessions,
    b.hours,
    b.weekdays,
    b.platforms,
    b.weekly_trend,
    l.p_alive,
    r.churn_probability,
    k.score,
    k.recommends,
    o.texts,
    o.sentiment,
    o.sentiment_90_days,
    o.sentiment_trend,
    s.price AS sentiment_price,
    s.quality AS sentiment_quality,
    s.service AS sentiment_service,
    s.usability AS sentiment_usability,
    o.intents,
    o.keywords,
    o.complaints,
    o.last_complaint_at,
    ai_redact(o.last_complaint) AS last_complaint,
    m.group_no,
    n.name AS group_name,
    t.lifecycle_tag,
    t.value_tag,
    t.habit_tag,
    t.voice_tag
FROM everybody AS e
LEFT JOIN origin AS q ON q.customer_id = e.customer_id
LEFT JOIN funnel AS f ON f.customer_id = e.customer_id
LEFT JOIN plan AS p ON p.customer_id = e.customer_id
LEFT JOIN plan_fit AS x ON x.customer_id = e.customer_id
LEFT JOIN use AS u ON u.customer_id = e.customer_id
LEFT JOIN behaviour AS b ON b.customer_id = e.customer_id
LEFT JOIN alive AS l ON l.customer_id = e.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = e.customer_id
LEFT JOIN recommends AS k ON k.customer_id = e.customer_id
LEFT JOIN voices AS o ON o.customer_id = e.customer_id
LEFT JOIN aspects AS s ON s.customer_id = e.customer_id
LEFT JOIN group_members AS m ON m.customer_id = e.customer_id
LEFT JOIN group_names AS n ON n.group_no = m.group_no
LEFT JOIN tags AS t ON t.customer_id = e.customer_id
