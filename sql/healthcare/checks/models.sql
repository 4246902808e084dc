-- A model that tells hardly better than chance who leaves or does not pay.
SELECT model, value FROM model_quality WHERE metric = 'roc_auc' AND value < 0.6
