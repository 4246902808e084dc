-- A model of churn that tells hardly better than chance who leaves.
SELECT value FROM churn_quality WHERE metric = 'roc_auc' AND value < 0.6
