"""The labels of the model's heads, in the order of its outputs."""

SENTIMENT = ["negative", "neutral", "positive"]
INTENT = ["purchase", "inquiry", "order_tracking", "refund_return", "cancellation", "complaint", "praise",
          "payment_billing", "account", "technical_support", "human_agent", "other"]
HEADS = {"sentiment": SENTIMENT, "intent": INTENT}
