"""Personal data in reviews replaced by presidio: its recognizers that need no language model, on a blank spaCy pipeline.

    python redact_presidio.py --reviews reviews.csv

China is among the regions of the phone numbers here, which it is not unless told.
"""

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
)
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

from contender import arguments, contend

# presidio's names of what it finds, and ours.
CATEGORIES = {
    "CREDIT_CARD": "BANK_CARD",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "BANK_CARD",
    "IP_ADDRESS": "IP",
    "PHONE_NUMBER": "PHONE",
    "URL": "URL",
}


class BlankEngine(SpacyNlpEngine):
    """spaCy's tokenizer alone: the recognizers here are patterns."""

    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}

    def load(self):
        pass


def analyzer():
    # The list of top-level domains that comes with the package; it would be fetched from the network otherwise.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    recognizers = [
        CreditCardRecognizer(),
        EmailRecognizer(),
        IbanRecognizer(),
        IpRecognizer(),
        PhoneRecognizer(supported_regions=(*PhoneRecognizer.DEFAULT_SUPPORTED_REGIONS, "CN")),
        UrlRecognizer(),
    ]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"])


def main():
    args = arguments(__doc__).parse_args()
    analyze, anonymize = analyzer().analyze, AnonymizerEngine().anonymize
    operators = {name: OperatorConfig("replace", {"new_value": f"[{ours}]"}) for name, ours in CATEGORIES.items()}

    def redact(text):
        return anonymize(text=text, analyzer_results=analyze(text=text, language="en"), operators=operators).text

    contend(args, redact)


if __name__ == "__main__":
    main()
