//! What a text can say.

/// A language that customers write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Zh,
    En,
}

impl Language {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// How the writer feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sentiment {
    Positive,
    Neutral,
    Negative,
}

impl Sentiment {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }

    /// The sign at the end of the names of rules.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Positive => '+',
            Self::Neutral => '0',
            Self::Negative => '-',
        }
    }
}

/// What the writer is pleased with or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aspect {
    Price,
    Quality,
    Delivery,
    Service,
    Usability,
    Packaging,
}

impl Aspect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Quality => "quality",
            Self::Delivery => "delivery",
            Self::Service => "service",
            Self::Usability => "usability",
            Self::Packaging => "packaging",
        }
    }
}

/// What the writer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    Purchase,
    Inquiry,
    OrderTracking,
    RefundReturn,
    Cancellation,
    Complaint,
    Praise,
    PaymentBilling,
    Account,
    TechnicalSupport,
    HumanAgent,
    Other,
}

impl Intent {
    pub(crate) const ALL: [Self; 12] = [
        Self::Purchase,
        Self::Inquiry,
        Self::OrderTracking,
        Self::RefundReturn,
        Self::Cancellation,
        Self::Complaint,
        Self::Praise,
        Self::PaymentBilling,
        Self::Account,
        Self::TechnicalSupport,
        Self::HumanAgent,
        Self::Other,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Inquiry => "inquiry",
            Self::OrderTracking => "order_tracking",
            Self::RefundReturn => "refund_return",
            Self::Cancellation => "cancellation",
            Self::Complaint => "complaint",
            Self::Praise => "praise",
            Self::PaymentBilling => "payment_billing",
            Self::Account => "account",
            Self::TechnicalSupport => "technical_support",
            Self::HumanAgent => "human_agent",
            Self::Other => "other",
        }
    }
}
