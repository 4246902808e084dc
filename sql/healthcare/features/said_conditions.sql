-- What a note says of a condition: present, negated, or of a relative. A sentence about a relative is never about the patient;
-- what is denied stands close behind the denial, or is ruled out.
WITH words AS (
    SELECT * FROM (VALUES
        ('hypertension', '(高血压|血压偏高|降压药|hypertension|high blood pressure|hypertensive)'),
        ('diabetes', '(糖尿病|糖友|降糖药|diabet)'),
        ('asthma', '(哮喘|asthma)'),
        ('hyperlipidemia', '(高脂血症|高血脂|血脂偏高|胆固醇偏高|血脂异常|血脂正常|hyperlipid|high lipids|high cholesterol|raised cholesterol|lipids normal|lipids are normal|cholesterol within)')
    ) AS words(condition, word)
),
found AS (
    SELECT
        s.note_id, s.customer_id, s.written_at, w.condition,
        CASE
            WHEN regexp_like(s.sentence, '(父亲|母亲|哥哥|弟弟|姐姐|妹妹|祖父|祖母|外公|外婆|儿子|女儿|家族|家中|father|mother|brother|sister|son |daughter|grand|family history)', 'i')
                THEN 'family'
            WHEN regexp_like(s.sentence, '(否认|无|没有|排除|不考虑|不支持)[^，,]{0,5}' || w.word, 'i')
                OR regexp_like(s.sentence, '(denies|no history of|no|not|without|negative for|ruled out) (any |a |known )?' || w.word, 'i')
                OR regexp_like(s.sentence, w.word || '[^,，]{0,12}(ruled out|excluded|已排除)', 'i')
                OR regexp_like(s.sentence, '(血脂正常|lipids normal|lipids are normal|cholesterol within)', 'i') AND w.condition = 'hyperlipidemia'
                THEN 'negated'
            ELSE 'present'
        END AS status
    FROM note_sentences AS s JOIN words AS w ON regexp_like(s.sentence, w.word, 'i')
)
SELECT
    note_id, customer_id, condition, min(written_at) AS written_at,
    CASE WHEN max(CAST(status = 'present' AS INT)) = 1 THEN 'present'
        WHEN max(CAST(status = 'negated' AS INT)) = 1 THEN 'negated' ELSE 'family' END AS status
FROM found
GROUP BY note_id, customer_id, condition
