-- The chronic condition that a drug is for.
SELECT * FROM (VALUES
    ('amlodipine', 'hypertension'), ('losartan', 'hypertension'), ('metformin', 'diabetes'), ('gliclazide', 'diabetes'),
    ('salbutamol', 'asthma'), ('budesonide', 'asthma'), ('atorvastatin', 'hyperlipidemia')
) AS drugs(drug, condition)
